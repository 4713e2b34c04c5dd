using System.Text;

namespace CloudOptimizedDicom.Tests.Json;

/// <summary>A value of Specific Character Set with a few characters beyond ASCII and the bytes that they have there.</summary>
internal sealed record TestCharacterSet(string Term, params (string Text, byte[] Bytes)[] Characters)
{
    public static IReadOnlyList<TestCharacterSet> All { get; } =
    [
        new("", ("x", "x"u8.ToArray())),
        new("ISO_IR 192", ("é", "é"u8.ToArray()), ("王", "王"u8.ToArray()), ("😀", "😀"u8.ToArray())),
        SingleByte("ISO_IR 100", 28591, "äÿ§"),
        SingleByte("ISO_IR 101", 28592, "ćŁ"),
        SingleByte("ISO_IR 109", 28593, "ĉĦ"),
        SingleByte("ISO_IR 110", 28594, "ąŋ"),
        SingleByte("ISO_IR 144", 28595, "Жя"),
        SingleByte("ISO_IR 127", 28596, "بت"),
        SingleByte("ISO_IR 126", 28597, "Ωή"),
        SingleByte("ISO_IR 138", 28598, "אש"),
        SingleByte("ISO_IR 148", 28599, "ğı"),
        SingleByte("ISO_IR 166", 874, "กใ"),
        SingleByte("ISO_IR 203", 28605, "€Œ"),
        new("ISO_IR 13", ("ﾔ", [0xD4]), ("ﾏ", [0xCF])),
        new("GB18030", ("王", [0xCD, 0xF5]), ("乗", [0x81, 0x5C]), ("é", [0xA8, 0xA6])),
        new("GBK", ("东", [0xB6, 0xAB])),
        Escaped(@"\ISO 2022 IR 87", ("山", "$B;3", "(B"), ("太", "$BB@", "(B"), ("―", "$B!=", "(B")),
        Escaped(@"\ISO 2022 IR 159", ("丂", "$(D0!", "(B")),
        Escaped(@"\ISO 2022 IR 149", ("洪", "$)C\u00FB\u00F3", null), ("길", "$)C\u00B1\u00E6", null)),
        Escaped(@"\ISO 2022 IR 58", ("张", "$)A\u00D5\u00C5", null)),
    ];

    private static TestCharacterSet SingleByte(string term, int codePage, string characters)
    {
        Encoding encoding = CodePagesEncodingProvider.Instance.GetEncoding(codePage) ?? Encoding.GetEncoding(codePage);
        return new TestCharacterSet(term, [.. characters.Select(c => (c.ToString(), encoding.GetBytes([c])))]);
    }

    /// <summary>Characters behind an escape sequence, Latin-1 standing for bytes, with another one that leads back to ASCII.</summary>
    private static TestCharacterSet Escaped(string term, params (string Text, string Bytes, string? Back)[] characters) =>
        new(term, [.. characters.Select(c => (c.Text, Encoding.Latin1.GetBytes($"\x1B{c.Bytes}{(c.Back is null ? "" : $"\x1B{c.Back}")}")))]);
}
