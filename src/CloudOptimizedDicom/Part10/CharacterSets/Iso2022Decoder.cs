using System.Buffers;

namespace CloudOptimizedDicom.Part10.CharacterSets;

/// <summary>
/// Decodes 8-bit text whose lower and upper halves escape sequences may exchange (PS3.5 section 6.1.2.5). Sequences are
/// followed whether or not Specific Character Set declares them: they have no other meaning.
/// </summary>
internal sealed class Iso2022Decoder(CodeElement lower, CodeElement upper) : TextDecoder
{
    private const byte Escape = 0x1B;

    public override bool IsAsciiCompatible => lower == CodeElement.Ascii;

    public override string Decode(ReadOnlySpan<byte> value) => DecodeValues(value, delimiters: "")[0];

    public override string[] DecodeValues(ReadOnlySpan<byte> value, bool isPersonName) =>
        DecodeValues(value, isPersonName ? "\\^=" : "\\");

    private string[] DecodeValues(ReadOnlySpan<byte> value, string delimiters)
    {
        // No byte gives more than one character.
        char[] characters = ArrayPool<char>.Shared.Rent(value.Length);
        try
        {
            List<string> values = new(1);
            int start = 0;
            int end = 0;
            CodeTable g0 = lower.Table;
            CodeTable g1 = upper.Table;
            while (!value.IsEmpty)
            {
                int used = 1;
                byte code = value[0];
                CodeTable table = code < 0x80 ? g0 : g1;
                if (code == Escape && CodeElement.FindEscape(value[1..]) is { } element)
                {
                    (g0, g1) = element.IsUpper ? (g0, element.Table) : (element.Table, g1);
                    used += element.Escape.Length;
                }
                else if (IsPair(table, value))
                {
                    characters[end++] = table[code & 0x7F, value[1] & 0x7F];
                    used = 2;
                }
                else if (IsDelimiter(code, delimiters))
                {
                    (g0, g1) = (lower.Table, upper.Table);
                    if (code == '\\')
                    {
                        values.Add(new string(characters, start, end - start));
                        start = end;
                    }
                    else
                    {
                        characters[end++] = (char)code;
                    }
                }
                else
                {
                    characters[end++] = DecodeOne(table, code);
                }

                value = value[used..];
            }

            values.Add(new string(characters, start, end - start));
            return [.. values];
        }
        finally
        {
            ArrayPool<char>.Shared.Return(characters);
        }
    }

    private static bool IsPair(CodeTable table, ReadOnlySpan<byte> value) =>
        table.IsDoubleByte
        && value.Length > 1
        && ((value[0] ^ value[1]) & 0x80) == 0
        && CodeTable.IsHalf(value[0] & 0x7F)
        && CodeTable.IsHalf(value[1] & 0x7F);

    /// <summary>Whether the initial sets come back (PS3.5 section 6.1.2.5.3).</summary>
    private static bool IsDelimiter(byte code, string delimiters) =>
        code is (byte)'\t' or (byte)'\n' or (byte)'\f' or (byte)'\r' || delimiters.Contains((char)code, StringComparison.Ordinal);

    /// <summary>Controls and the space are outside the sets of two bytes; the halves of a character mean nothing alone.</summary>
    private static char DecodeOne(CodeTable table, byte code)
    {
        if (!table.IsDoubleByte)
        {
            return table[code & 0x7F];
        }

        return code >= 0x80 || CodeTable.IsHalf(code) ? CodeTable.Undefined : (char)code;
    }
}
