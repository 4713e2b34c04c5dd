using System.Buffers;

namespace CloudOptimizedDicom.Json;

/// <summary>The bare NaN and Infinity that Python writes although JSON has no such words.</summary>
internal static class NonFiniteNumbers
{
    private static readonly SearchValues<byte> QuoteOrFirstLetter = SearchValues.Create("\"NI"u8);

    /// <summary>Copies JSON with NaN, Infinity and -Infinity in quotes wherever they stand outside of strings.</summary>
    /// <returns>The copy; null when there was none of them.</returns>
    public static byte[]? Quote(ReadOnlySpan<byte> json)
    {
        List<Range> words = FindWords(json);
        if (words.Count == 0)
        {
            return null;
        }

        // Of just the length, since the text may be long.
        byte[] copy = new byte[json.Length + (2 * words.Count)];
        var rest = copy.AsSpan();
        int copied = 0;
        foreach (Range word in words)
        {
            Append(json[copied..word.Start.Value], ref rest);
            Append("\""u8, ref rest);
            Append(json[word], ref rest);
            Append("\""u8, ref rest);
            copied = word.End.Value;
        }

        Append(json[copied..], ref rest);
        return copy;
    }

    private static void Append(ReadOnlySpan<byte> bytes, ref Span<byte> rest)
    {
        bytes.CopyTo(rest);
        rest = rest[bytes.Length..];
    }

    private static List<Range> FindWords(ReadOnlySpan<byte> json)
    {
        List<Range> words = [];
        for (int i = NextOf(json, 0); i < json.Length; i = NextOf(json, i))
        {
            if (json[i] == '"')
            {
                i = EndOfString(json, i);
                continue;
            }

            int length = LengthOfWord(json[i..]);
            if (length == 0)
            {
                i++;
                continue;
            }

            int start = i > 0 && json[i - 1] == '-' && json[i] == 'I' ? i - 1 : i;
            i += length;
            words.Add(start..i);
        }

        return words;
    }

    private static int NextOf(ReadOnlySpan<byte> json, int start) =>
        json[start..].IndexOfAny(QuoteOrFirstLetter) is >= 0 and int distance ? start + distance : json.Length;

    private static int LengthOfWord(ReadOnlySpan<byte> json) =>
        json.StartsWith("NaN"u8) ? 3 : json.StartsWith("Infinity"u8) ? 8 : 0;

    /// <summary>The position behind the closing quote; the end where there is none.</summary>
    private static int EndOfString(ReadOnlySpan<byte> json, int openingQuote)
    {
        int i = openingQuote + 1;
        while (i < json.Length)
        {
            int distance = json[i..].IndexOfAny((byte)'"', (byte)'\\');
            if (distance < 0)
            {
                return json.Length;
            }

            i += distance;
            if (json[i] == '"')
            {
                return i + 1;
            }

            i = Math.Min(i + 2, json.Length);
        }

        return json.Length;
    }
}
