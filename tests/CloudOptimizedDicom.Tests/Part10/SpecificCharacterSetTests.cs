using System.Text;
using CloudOptimizedDicom.Part10;

namespace CloudOptimizedDicom.Tests.Part10;

public sealed class SpecificCharacterSetTests
{
    private static readonly string[] Terms =
    [
        "", "ISO_IR 6", "ISO_IR 100", "ISO_IR 101", "ISO_IR 109", "ISO_IR 110", "ISO_IR 144", "ISO_IR 127", "ISO_IR 126", "ISO_IR 138",
        "ISO_IR 148", "ISO_IR 203", "ISO_IR 13", "ISO_IR 166", "ISO_IR 192", "GB18030", "GBK", @"\ISO 2022 IR 87", @"\ISO 2022 IR 159",
        @"\ISO 2022 IR 149", @"\ISO 2022 IR 58", @"ISO 2022 IR 13\ISO 2022 IR 87", "ISO_IR 999",
    ];

    // The examples of PS3.5 annexes H, I, J and K. Latin-1 stands for bytes.
    [TestCase(
        @"\ISO 2022 IR 87",
        "Yamada^Tarou=\x1B$B;3ED\x1B(B^\x1B$BB@O:\x1B(B=\x1B$B$d$^$@\x1B(B^\x1B$B$?$m$&\x1B(B",
        "Yamada^Tarou=山田^太郎=やまだ^たろう")]
    [TestCase(
        @"ISO 2022 IR 13\ISO 2022 IR 87",
        "\u00D4\u00CF\u00C0\u00DE^\u00C0\u00DB\u00B3=\x1B$B;3ED\x1B(J^\x1B$BB@O:\x1B(J=\x1B$B$d$^$@\x1B(J^\x1B$B$?$m$&\x1B(J",
        "ﾔﾏﾀﾞ^ﾀﾛｳ=山田^太郎=やまだ^たろう")]
    [TestCase(
        @"\ISO 2022 IR 149",
        "Hong^Gildong=\x1B$)C\u00FB\u00F3^\x1B$)C\u00D1\u00CE\u00D4\u00D7=\x1B$)C\u00C8\u00AB^\x1B$)C\u00B1\u00E6\u00B5\u00BF",
        "Hong^Gildong=洪^吉洞=홍^길동")]
    [TestCase(@"\ISO 2022 IR 58", "Zhang^XiaoDong=\x1B$)A\u00D5\u00C5^\x1B$)A\u00D0\u00A1\u00B6\u00AB=", "Zhang^XiaoDong=张^小东=")]
    [TestCase("ISO_IR 192", "Wang^XiaoDong=\u00E7\u008E\u008B^\u00E5\u00B0\u008F\u00E6\u009D\u00B1=", "Wang^XiaoDong=王^小東=")]
    [TestCase("GB18030", "Wang^XiaoDong=\u00CD\u00F5^\u00D0\u00A1\u00B6\u00AB=", "Wang^XiaoDong=王^小东=")]
    [TestCase("GBK", "Wang^XiaoDong=\u00CD\u00F5^\u00D0\u00A1\u00B6\u00AB=", "Wang^XiaoDong=王^小东=")]
    [TestCase(@"\ISO 2022 IR 149", "\x1B$)C\u00B4\u00D3", "\uB2D2")]
    [TestCase(@"\ISO 2022 IR 58", "\x1B$)A\u00A1\u00AC", "‖")]
    [TestCase(@"\ISO 2022 IR 159", "\x1B$(D0!\x1B(B", "丂")]
    public void DecodeValues_PersonNameInManyBytes_Decodes(string term, string bytes, string name) =>
        Assert.That(Parse(term).DecodeValues(Bytes(bytes), isPersonName: true), Is.EqualTo(new[] { name }));

    [TestCase("ISO_IR 100", 0xE4, 'ä')]
    [TestCase("ISO_IR 101", 0xE6, 'ć')]
    [TestCase("ISO_IR 109", 0xE6, 'ĉ')]
    [TestCase("ISO_IR 110", 0xE7, 'į')]
    [TestCase("ISO_IR 144", 0xBB, 'Л')]
    [TestCase("ISO_IR 127", 0xC8, 'ب')]
    [TestCase("ISO_IR 126", 0xE4, 'δ')]
    [TestCase("ISO_IR 126", 0xA4, '€')]
    [TestCase("ISO_IR 138", 0xE9, 'י')]
    [TestCase("ISO_IR 138", 0xFE, '\u200F')]
    [TestCase("ISO_IR 148", 0xFD, 'ı')]
    [TestCase("ISO_IR 203", 0xA4, '€')]
    [TestCase("ISO_IR 13", 0xB1, 'ｱ')]
    [TestCase("ISO_IR 166", 0xA1, 'ก')]
    public void Decode_SetOfOneByte_DecodesItsUpperHalf(string term, int code, char character)
    {
        Assert.That(Parse(term).Decode([(byte)'a', (byte)code]), Is.EqualTo("a" + character));
        string extensible = term.Replace("ISO_IR", "ISO 2022 IR", StringComparison.Ordinal);
        Assert.That(Parse(extensible).Decode([(byte)code]), Is.EqualTo(character.ToString()));
    }

    [TestCase("iso_ir 144 ")]
    [TestCase("ISO-IR 144")]
    [TestCase("ISO_IR_144\0")]
    [TestCase(@"ISO 2022 IR 144\ISO 2022 IR 87")]
    public void Parse_MisspeltTerm_IsUnderstood(string term) => Assert.That(Parse(term).Decode([0xBB]), Is.EqualTo("Л"));

    [TestCase("ISO_IR 999")]
    [TestCase("NONSENSE 144")]
    [TestCase("")]
    [TestCase("ISO_IR 99999999999999")]
    public void Parse_UnknownTerm_ReadsHighBytesAsLatin1(string term) =>
        Assert.That(Parse(term).Decode(Bytes("M\u00FCller")), Is.EqualTo("Müller"));

    [TestCase("", @"a\b\", new[] { "a", "b", "" }, TestName = "DecodeValues_Ascii_SplitsAtBackslashes")]
    [TestCase("", @"é\b", new[] { "é", "b" }, TestName = "DecodeValues_Latin1_SplitsAtBackslashes")]
    [TestCase("GBK", "\u0081\\\\b", new[] { "乗", "b" }, TestName = "DecodeValues_GbkTrailByte_IsNoDelimiter")]
    [TestCase("GB18030", "\u0081\\\\b", new[] { "乗", "b" }, TestName = "DecodeValues_Gb18030TrailByte_IsNoDelimiter")]
    [TestCase("", "\x1B$B\\\\N\\\x1B(B\\b", new[] { "樛瑠", "b" }, TestName = "DecodeValues_InsideJisRun_IsNoDelimiter")]
    [TestCase("ISO_IR 13", @"a\b~", new[] { "a", "b‾" }, TestName = "DecodeValues_Romaji_SplitsAtTheYenSign")]
    [TestCase("ISO_IR 192", @"ü\ö", new[] { "ü", "ö" }, TestName = "DecodeValues_Utf8_SplitsAtBackslashes")]
    public void DecodeValues_Backslash(string term, string text, string[] values)
    {
        byte[] bytes = term == "ISO_IR 192" ? Encoding.UTF8.GetBytes(text) : Bytes(text);
        Assert.That(Parse(term).DecodeValues(bytes, isPersonName: false), Is.EqualTo(values));
    }

    [Test]
    public void Decode_TextOfOneValue_KeepsBackslashes()
    {
        Assert.That(SpecificCharacterSet.Default.Decode(Bytes(@"é\b")), Is.EqualTo(@"é\b"));
        Assert.That(Parse("ISO_IR 13").Decode(Bytes(@"\b")), Is.EqualTo("¥b"));
    }

    [TestCase("\r\n", true, false)]
    [TestCase("\t", true, false)]
    [TestCase("\f", true, false)]
    [TestCase("^", true, true)]
    [TestCase("=", true, true)]
    [TestCase("^", false, false)]
    [TestCase(" ", false, false)]
    public void DecodeValues_Delimiter_BringsTheFirstSetBack(string delimiter, bool isReset, bool isPersonName)
    {
        string greekThenHigh = "\x1B-F\u00E4" + delimiter + "\u00E4";
        string[] values = Parse(@"\ISO 2022 IR 126").DecodeValues(Bytes(greekThenHigh), isPersonName);
        Assert.That(values, Is.EqualTo(new[] { "δ" + delimiter + (isReset ? "ä" : "δ") }));
    }

    [Test]
    public void DecodeValues_Backslash_BringsTheFirstSetBack() =>
        Assert.That(
            Parse(@"\ISO 2022 IR 126").DecodeValues(Bytes("\x1B-F\u00E4\\\u00E4"), isPersonName: false),
            Is.EqualTo(new[] { "δ", "ä" }));

    [TestCase("ISO_IR 192", "ok\u00C3(", "ok\uFFFD(")]
    [TestCase("GB18030", "\u0081 x", "\uFFFD x")]
    [TestCase("GBK", "x\u0081", "x\uFFFD")]
    [TestCase("ISO_IR 127", "\u00A1x", "\uFFFDx")]
    [TestCase("ISO_IR 13", "\u00A0\u00E0x", "\uFFFD\uFFFDx")]
    [TestCase("", "\x1B$)C\u00B1x", "\uFFFDx")]
    [TestCase("", "\x1B$B;3E\x1B(Bx", "山\uFFFDx")]
    [TestCase("", "\x1B$B)!\x1B(Bx", "\uFFFDx")]
    [TestCase("", "\x1B$B\"/\x1B(Bx", "\uFFFDx")]
    [TestCase("", "a\x1B?\x1B", "a\x1B?\x1B")]
    public void Decode_MeaninglessBytes_AreReplacedAndNothingIsLost(string term, string bytes, string text) =>
        Assert.That(Parse(term).Decode(Bytes(bytes)), Is.EqualTo(text));

    [Test]
    public void DecodeValues_RunNotEndedBeforeDelimiter_StillEndsThere() =>
        Assert.That(
            Parse(@"\ISO 2022 IR 87").DecodeValues(Bytes("\x1B$B;3ED^\x1B$BB@O:\x1B(B"), isPersonName: true),
            Is.EqualTo(new[] { "山田^太郎" }));

    [Test]
    public void Decode_Empty_IsEmpty()
    {
        Assert.That(SpecificCharacterSet.Default.Decode([]), Is.Empty);
        Assert.That(Parse("ISO_IR 13").DecodeValues([], isPersonName: true), Is.EqualTo(new[] { "" }));
    }

    [FsCheck.NUnit.Property]
    public bool Decode_AnyBytes_KeepsAscii(byte[] bytes)
    {
        // In GB 18030 an ASCII byte may end a character; elsewhere it needs an escape sequence first.
        byte[] plain = [.. bytes.Where(b => b != 0x1B)];
        int expected = plain.Count(b => b < 0x80);
        return Terms.Where(term => !term.StartsWith("GB", StringComparison.Ordinal))
            .All(term => Parse(term).Decode(plain).Count(c => c is < '\u0080' or '¥' or '‾') >= expected);
    }

    [FsCheck.NUnit.Property]
    public bool DecodeValues_AnyBytes_NeverFails(byte[] bytes)
    {
        byte[] escaped = [.. bytes.SelectMany<byte, byte>(b => b % 5 == 0 ? [0x1B, (byte)'$', (byte)'B', b] : [b])];
        return Terms.Append(Encoding.Latin1.GetString(bytes)).Select(Parse).All(set =>
            set.DecodeValues(bytes, isPersonName: true).Length > 0 && set.DecodeValues(escaped, isPersonName: false).Length > 0);
    }

    private static SpecificCharacterSet Parse(string term) => SpecificCharacterSet.Parse(Bytes(term));

    private static byte[] Bytes(string latin1) => Encoding.Latin1.GetBytes(latin1);
}
