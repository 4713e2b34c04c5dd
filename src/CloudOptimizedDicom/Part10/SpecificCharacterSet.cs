using System.Text;
using CloudOptimizedDicom.Part10.CharacterSets;

namespace CloudOptimizedDicom.Part10;

/// <summary>
/// How the text of a data set is to be decoded: what its Specific Character Set (0008,0005) says (PS3.3 section
/// C.12.1.1.2). Thread-safe.
/// </summary>
internal sealed class SpecificCharacterSet
{
    private readonly TextDecoder _decoder;

    private SpecificCharacterSet(TextDecoder decoder) => _decoder = decoder;

    /// <summary>
    /// The set of an instance that names none: ASCII. Bytes above are illegal there and are read as Latin-1, which they
    /// mostly are.
    /// </summary>
    public static SpecificCharacterSet Default { get; } = new(new Iso2022Decoder(CodeElement.Ascii, CodeElement.Latin1));

    /// <summary>
    /// Reads the value of (0008,0005). Misspelt terms are understood where they can be; a term that is not known counts
    /// as absent.
    /// </summary>
    /// <param name="rawValue">The value's bytes, with padding.</param>
    public static SpecificCharacterSet Parse(ReadOnlySpan<byte> rawValue)
    {
        // The other terms only announce escape sequences, and those are followed anyway.
        int end = rawValue.IndexOf((byte)'\\');
        string term = Encoding.Latin1.GetString(end < 0 ? rawValue : rawValue[..end]).Trim(' ', '\0').ToUpperInvariant();
        if (term.Contains("GB18030", StringComparison.Ordinal) || term.Contains("GBK", StringComparison.Ordinal))
        {
            return new SpecificCharacterSet(EncodingDecoder.Gb18030);
        }

        return Registration(term) switch
        {
            192 => new SpecificCharacterSet(EncodingDecoder.Utf8),
            13 => new SpecificCharacterSet(new Iso2022Decoder(CodeElement.Romaji, CodeElement.Katakana)),
            int registration when CodeElement.All.FirstOrDefault(e => e.IsUpper && e.Registration == registration) is { } upper =>
                new SpecificCharacterSet(new Iso2022Decoder(CodeElement.Ascii, upper)),
            _ => Default,
        };
    }

    /// <summary>Decodes a text that is one value, whatever backslashes it has: ST, LT, UT.</summary>
    /// <param name="value">The value's bytes; padding is decoded as well.</param>
    public string Decode(ReadOnlySpan<byte> value) => IsPlain(value) ? Encoding.ASCII.GetString(value) : _decoder.Decode(value);

    /// <summary>Decodes the values of an element whose values backslashes separate: LO, SH, UC, PN.</summary>
    /// <param name="value">The bytes of all values; padding is decoded as well.</param>
    /// <param name="isPersonName">Whether the element is a PN.</param>
    /// <returns>At least one value.</returns>
    public string[] DecodeValues(ReadOnlySpan<byte> value, bool isPersonName) =>
        IsPlain(value) ? Encoding.ASCII.GetString(value).Split('\\') : _decoder.DecodeValues(value, isPersonName);

    /// <summary>Whether the bytes are the ASCII text that they look like, values separated by backslashes.</summary>
    public bool IsPlain(ReadOnlySpan<byte> value) => _decoder.IsAsciiCompatible && !value.Contains((byte)0x1B) && Ascii.IsValid(value);

    private static int Registration(string term)
    {
        string digits = term[(term.AsSpan().LastIndexOfAnyExceptInRange('0', '9') + 1)..];
        return term.StartsWith("ISO", StringComparison.Ordinal) && int.TryParse(digits, out int registration) ? registration : 0;
    }
}
