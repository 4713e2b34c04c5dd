using System.Text.Json;
using CloudOptimizedDicom.Part10;
using CloudOptimizedDicom.Tests.Part10;

namespace CloudOptimizedDicom.Tests.Json;

/// <summary>What the JSON has where a file leaves a choice.</summary>
public sealed class DicomJsonWriterTests
{
    [Test]
    public async Task Write_TagThatOccursTwice_HasTheLastValueInTheFirstPlace()
    {
        DicomFileBuilder file = DicomFileBuilder.Create().Element(DicomTag.PatientID, DicomVr.LO, "one ")
            .Element(DicomTag.Rows, 7).Element(DicomTag.PatientID, DicomVr.LO, "last");
        JsonElement json = await WriteAsync(file);
        Assert.That(json.EnumerateObject().Take(2).Select(tag => tag.Name), Is.EqualTo(new[] { "00100020", "00280010" }));
        Assert.That(json.GetProperty("00100020").GetProperty("Value")[0].GetString(), Is.EqualTo("last"));
    }

    [TestCase(16 * 1024 * 1024, "Value")]
    [TestCase((16 * 1024 * 1024) + 2, "BulkDataURI")]
    public async Task Write_LongText_IsInTheMetadataUpToALimit(int length, string member)
    {
        byte[] text = new byte[length];
        text.AsSpan().Fill((byte)'t');
        JsonElement json = await WriteAsync(DicomFileBuilder.Create().Element(DicomTag.TextValue, DicomVr.UT, text));
        Assert.That(json.GetProperty("0040A160").EnumerateObject().Last().Name, Is.EqualTo(member));
    }

    [TestCase(null, ExpectedResult = """{"vr":"UN","InlineBinary":"/v8="}""")]
    [TestCase(0, ExpectedResult = """{"vr":"US","Value":[65534]}""")]
    [TestCase(1, ExpectedResult = """{"vr":"SS","Value":[-2]}""")]
    public async Task<string> Write_NumberOfEitherSign_IsBytesUnlessPixelRepresentationSays(int? representation)
    {
        DicomFileBuilder file = DicomFileBuilder.Create(TransferSyntax.ImplicitVrLittleEndian);
        if (representation is { } sign)
        {
            file.Element(DicomTag.PixelRepresentation, (ushort)sign);
        }

        JsonElement json = await WriteAsync(file.Element(DicomTag.SmallestImagePixelValue, DicomVr.US, [0xFE, 0xFF]));
        return json.GetProperty("00280106").GetRawText();
    }

    [Test]
    public async Task Write_SecondByteThatLooksLikeABackslash_SeparatesNothing()
    {
        // 0x5C ends the second character of GB 18030 and of the first JIS text; the plain one separates.
        JsonElement chinese = await WriteAsync(Text("GB18030", [0x81, 0x5C, (byte)'\\', (byte)'b']));
        JsonElement japanese = await WriteAsync(Text(@"\ISO 2022 IR 87 ", [.. "\x1B$B!\\\x1B(B\\b"u8]));
        Assert.That(Values(chinese), Is.EqualTo(new[] { "乗", "b" }));
        Assert.That(Values(japanese), Is.EqualTo(new[] { "＋", "b" }));
    }

    [Test]
    public async Task Write_JisX0201_HasTheYenSignAndTheOverlineInPlaceOfBackslashAndTilde()
    {
        DicomFileBuilder file = DicomFileBuilder.Create().Element(DicomTag.SpecificCharacterSet, DicomVr.CS, "ISO_IR 13 ")
            .Element(DicomTag.PatientComments, DicomVr.LT, [0xD4, 0x5C, 0x7E, (byte)'a']);
        Assert.That((await WriteAsync(file)).GetProperty("00104000").GetProperty("Value")[0].GetString(), Is.EqualTo("ﾔ¥‾a"));
    }

    private static DicomFileBuilder Text(string term, byte[] value) => DicomFileBuilder.Create()
        .Element(DicomTag.SpecificCharacterSet, DicomVr.CS, term).Element(DicomTag.StudyDescription, DicomVr.LO, value);

    private static string[] Values(JsonElement json) =>
        [.. json.GetProperty("00081030").GetProperty("Value").EnumerateArray().Select(value => value.GetString()!)];

    private static async Task<JsonElement> WriteAsync(DicomFileBuilder file)
    {
        using DicomDataset dataset = await Part10Reader.ReadAsync(file.ToArray());
        return JsonDocument.Parse(DatasetText.WriteJson(dataset)).RootElement;
    }
}
