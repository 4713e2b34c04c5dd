namespace CloudOptimizedDicom.Storage;

/// <summary>Orders text by the bytes of its UTF-8, which is the order of code points and not that of UTF-16.</summary>
internal sealed class Utf8Order : IComparer<string>
{
    public static Utf8Order Instance { get; } = new();

    public int Compare(string? x, string? y)
    {
        ReadOnlySpan<char> left = x;
        ReadOnlySpan<char> right = y;
        int common = left.CommonPrefixLength(right);
        return common == left.Length || common == right.Length
            ? left.Length.CompareTo(right.Length)
            : Rank(left[common]).CompareTo(Rank(right[common]));
    }

    // Surrogates stand for code points behind all that one char can hold.
    private static int Rank(char value) => char.IsSurrogate(value) ? value + 0x10000 : value;
}
