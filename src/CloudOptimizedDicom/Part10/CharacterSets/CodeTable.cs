using System.Text;

namespace CloudOptimizedDicom.Part10.CharacterSets;

/// <summary>
/// The characters of one coded character set of ISO 2022, by their 7-bit codes: 128 for sets of one byte, 94 rows of 94
/// for sets of two. What the set leaves open is U+FFFD.
/// </summary>
internal sealed class CodeTable
{
    public const char Undefined = '\uFFFD';
    private const int Columns = 94;

    private readonly char[] _characters;

    private CodeTable(char[] characters, bool isDoubleByte)
    {
        _characters = characters;
        IsDoubleByte = isDoubleByte;
    }

    public bool IsDoubleByte { get; }

    /// <summary>A set of one byte per character.</summary>
    /// <param name="character">Gives the character of a 7-bit code.</param>
    public static CodeTable Single(Func<byte, char> character) =>
        new([.. Enumerable.Range(0, 128).Select(code => character((byte)code))], isDoubleByte: false);

    /// <summary>The upper half of an 8-bit code page. Its first quarter is the C1 controls in every part of ISO 8859.</summary>
    public static CodeTable UpperHalf(int codePage)
    {
        Encoding encoding = GetEncoding(codePage);
        return Single(code => (codePage, code | 0x80) switch
        {
            (_, < 0xA0) => (char)(code | 0x80),

            // The Greek and Hebrew pages are older than the present editions of ISO 8859-7 and 8859-8.
            (28597, 0xA1) => '\u2018',
            (28597, 0xA2) => '\u2019',
            (28597, 0xA4) => '\u20AC',
            (28597, 0xA5) => '\u20AF',
            (28597, 0xAA) => '\u037A',
            (28598, 0xAF) => '\u00AF',
            (28598, 0xFD) => '\u200E',
            (28598, 0xFE) => '\u200F',
            _ => Decode(encoding, [(byte)(code | 0x80)]),
        });
    }

    /// <summary>A set of two bytes per character.</summary>
    /// <param name="codePage">A code page that has the set.</param>
    /// <param name="leadBit">What the code page adds to the first byte.</param>
    /// <param name="trailBit">What the code page adds to the second byte.</param>
    public static CodeTable Double(int codePage, byte leadBit, byte trailBit)
    {
        Encoding encoding = GetEncoding(codePage);
        char[] characters = new char[Columns * Columns];
        for (int i = 0; i < characters.Length; i++)
        {
            byte lead = (byte)((0x21 + (i / Columns)) | leadBit);
            byte trail = (byte)((0x21 + (i % Columns)) | trailBit);
            characters[i] = Decode(encoding, [lead, trail]);
        }

        return new CodeTable(characters, isDoubleByte: true);
    }

    /// <summary>Whether a 7-bit code can be half of a character of two bytes.</summary>
    public static bool IsHalf(int code) => code is >= 0x21 and <= 0x7E;

    public char this[int code] => _characters[code];

    public char this[int lead, int trail] => _characters[((lead - 0x21) * Columns) + trail - 0x21];

    // The provider is asked directly: registering it would change Encoding.GetEncoding for the whole process.
    private static Encoding GetEncoding(int codePage)
    {
        // Without a replacement, a code page answers with a character of its own choice, such as a middle dot.
        DecoderReplacementFallback replacement = new("\uFFFD");
        return CodePagesEncodingProvider.Instance.GetEncoding(codePage, EncoderFallback.ReplacementFallback, replacement)
            ?? Encoding.GetEncoding(codePage, EncoderFallback.ReplacementFallback, replacement);
    }

    /// <summary>The one character that the bytes stand for. Code pages put what they do not define into the private use area.</summary>
    private static char Decode(Encoding encoding, ReadOnlySpan<byte> bytes)
    {
        string text = encoding.GetString(bytes);
        return text.Length == 1 && text[0] is not (>= '\uE000' and <= '\uF8FF') ? text[0] : Undefined;
    }
}
