namespace CloudOptimizedDicom.Testing.Objects;

/// <summary>The order of UTF-8 bytes, which is that of code points and not of UTF-16.</summary>
internal sealed class ObjectNameOrder : IComparer<string>
{
    public static ObjectNameOrder Instance { get; } = new();

    public int Compare(string? x, string? y)
    {
        int common = x.AsSpan().CommonPrefixLength(y);
        return common < x?.Length && common < y?.Length
            ? Rank(x[common]).CompareTo(Rank(y[common]))
            : (x?.Length ?? 0).CompareTo(y?.Length ?? 0);
    }

    // Surrogates stand for code points above all others.
    private static int Rank(char unit) => char.IsSurrogate(unit) ? unit + 0x10000 : unit;
}
