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
        ArrayBufferWriter<byte>? copy = null;
        int copied = 0;
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
            copy ??= new ArrayBufferWriter<byte>(json.Length + 64);
            copy.Write(json[copied..start]);
            copy.Write("\""u8);
            copy.Write(json[start..i]);
            copy.Write("\""u8);
            copied = i;
        }

        copy?.Write(json[copied..]);
        return copy?.WrittenSpan.ToArray();
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
