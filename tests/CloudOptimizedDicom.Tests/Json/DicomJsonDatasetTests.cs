using System.Text;
using CloudOptimizedDicom.Json;
using CloudOptimizedDicom.Part10;

namespace CloudOptimizedDicom.Tests.Json;

public sealed class DicomJsonDatasetTests
{
    private static readonly DicomTag Tag = new(0x00100010);

    [TestCase("""{"vr":"LO","Value":["a",null,"","b"]}""", "a|<null>||b")]
    [TestCase("""{"vr":"DS","Value":[1.50,-0.0,1e-07,"1,5"]}""", "1.50|-0.0|1e-07|1,5")]
    [TestCase("""{"vr":"UV","Value":[18446744073709551615]}""", "18446744073709551615")]
    [TestCase("""{"vr":"PN","Value":[{"Alphabetic":"A^B","Ideographic":"I","Phonetic":"P"}]}""", "A^B=I=P")]
    [TestCase("""{"vr":"PN","Value":[{"Phonetic":"P"},{"Alphabetic":"A^B"},null,{}]}""", "==P|A^B|<null>|<null>")]
    [TestCase("""{"vr":"LO","Value":["\ud800x","\u00e9\n\\"]}""", "\uFFFDx|é\n\\")]
    [TestCase("""{"vr":"LO","Value":[["a"],true,"b"]}""", "<null>|true|b")]
    [TestCase("""{"vr":"LO","Value":"a"}""", "")]
    [TestCase("""{"vr":"LO"}""", "")]
    [TestCase("""{"vr":"SQ","Value":[{}]}""", "")]
    [TestCase("""{"vr":"OB","InlineBinary":"AAEC"}""", "")]
    [TestCase("7", "")]
    public void GetStrings_Values_AreText(string element, string expected)
    {
        DicomJsonDataset dataset = Parse(element);
        IEnumerable<string> values = expected.Length == 0 ? [] : expected.Split('|');
        using (Assert.EnterMultipleScope())
        {
            Assert.That(dataset.GetStrings(Tag).Select(value => value ?? "<null>"), Is.EqualTo(values));
            Assert.That(dataset.GetStrings("patientname"), Is.EqualTo(dataset.GetStrings(Tag)));
            Assert.That(dataset.GetString(Tag) ?? "<null>", Is.EqualTo(values.FirstOrDefault("<null>")));
        }
    }

    [TestCase("""[1,-2,9223372036854775807]""", new[] { 1, -2, long.MaxValue }, 1L)]
    [TestCase("""[3.0," 4 ","-5"]""", new[] { 3L, 4, -5 }, 3L)]
    [TestCase("""[1,2.5]""", new long[0], 1L)]
    [TestCase("""[1,null]""", new long[0], 1L)]
    [TestCase("""["x",1]""", new long[0], null)]
    [TestCase("""[18446744073709551615]""", new long[0], null)]
    [TestCase("""[1e300]""", new long[0], null)]
    [TestCase("""[]""", new long[0], null)]
    public void GetInts_Values_AreAllOrNone(string values, long[] expected, long? first)
    {
        DicomJsonDataset dataset = Parse($$"""{"vr":"IS","Value":{{values}}}""");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(dataset.GetInts(Tag), Is.EqualTo(expected));
            Assert.That(dataset.GetInt(Tag), Is.EqualTo(first));
        }
    }

    [TestCase("""[1,-2.5,1e-07]""", new[] { 1, -2.5, 1e-7 }, 1.0)]
    [TestCase("""["NaN","-Infinity",NaN,Infinity]""", new[] { double.NaN, double.NegativeInfinity, double.NaN, double.PositiveInfinity }, double.NaN)]
    [TestCase("""[" 2.5 "]""", new[] { 2.5 }, 2.5)]
    [TestCase("""[1,"1,5"]""", new double[0], 1.0)]
    [TestCase("""[null,1]""", new double[0], null)]
    public void GetDoubles_Values_AreAllOrNone(string values, double[] expected, double? first)
    {
        DicomJsonDataset dataset = Parse($$"""{"vr":"DS","Value":{{values}}}""");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(dataset.GetDoubles(Tag), Is.EqualTo(expected));
            Assert.That(dataset.GetDouble(Tag), Is.EqualTo(first));
        }
    }

    [Test]
    public void GetSequence_Items_AreDataSets()
    {
        DicomJsonDataset dataset = Parse("""{"vr":"SQ","Value":[{"00100020":{"vr":"LO","Value":["x"]}}, null, {} ]}""");
        IReadOnlyList<DicomJsonDataset> items = dataset.GetSequence(Tag);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(items, Has.Count.EqualTo(2));
            Assert.That(items[0].GetString("PatientID"), Is.EqualTo("x"));
            Assert.That(Encoding.UTF8.GetString(items[0].Utf8Json.Span), Is.EqualTo("""{"00100020":{"vr":"LO","Value":["x"]}}"""));
            Assert.That(items[1].Tags, Is.Empty);
            Assert.That(dataset.GetSequence("PatientID"), Is.Empty);
        }
    }

    [TestCase("""{"vr":"OB","InlineBinary":"AAEC"}""", new byte[] { 0, 1, 2 })]
    [TestCase("""{"vr":"OB","InlineBinary":"\u002f\/8="}""", new byte[] { 0xFF, 0xFF })]
    [TestCase("""{"vr":"OB","InlineBinary":5}""", null)]
    [TestCase("""{"vr":"OB"}""", null)]
    public void GetInlineBinary_Base64_IsItsBytes(string element, byte[]? expected) =>
        Assert.That(Parse(element).GetInlineBinary(Tag), Is.EqualTo(expected));

    [Test]
    public void GetInlineBinary_NoBase64_IsAnError() =>
        Assert.That(() => Parse("""{"vr":"OB","InlineBinary":"A"}""").GetInlineBinary(Tag), Throws.TypeOf<DicomJsonException>());

    [TestCase("""{"uri":"u","head":"h","x":{"uri":"v"}}""", "u", "h")]
    [TestCase("""{"uri":"u"}""", "u", null)]
    [TestCase("\"u\"", "u", null)]
    public void GetBulkData_ObjectOrText_IsTheReference(string value, string uri, string? head)
    {
        DicomJsonDataset dataset = Parse($$"""{"vr":"OW","BulkDataURI":{{value}}}""");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(dataset.GetBulkData(Tag), Is.EqualTo(new BulkDataReference(uri, head)));
            Assert.That(dataset.GetInlineBinary(Tag), Is.Null);
            Assert.That(dataset.GetBulkData("PatientID"), Is.Null);
        }
    }

    [Test]
    public void Tags_Object_AreInStoredOrderAndOnce()
    {
        var dataset = DicomJsonDataset.Parse(
            """
            {"00200013":{"vr":"IS","Value":[1]},"00080018":{},"name":{},
            "00200013":{"vr":"IS","Value":[2]},"0002001f":{"vr":"xyz"}}
            """u8.ToArray());
        using (Assert.EnterMultipleScope())
        {
            Assert.That(dataset.Tags.Select(tag => tag.ToJsonName()), Is.EqualTo(new[] { "00080018", "00200013", "0002001F" }));
            Assert.That(dataset.GetInt("InstanceNumber"), Is.EqualTo(2), "the last counts");
            Assert.That(dataset.Contains("SOPInstanceUID"), Is.True);
            Assert.That(dataset.GetVr("SOPInstanceUID"), Is.EqualTo(DicomVr.None));
            Assert.That(dataset.GetVr("InstanceNumber"), Is.EqualTo(DicomVr.IS));
        }
    }

    [Test]
    public void GetString_UnknownKeyword_IsMisuse() =>
        Assert.That(() => Parse("{}").GetString("PatientsName"), Throws.ArgumentException);

    [TestCase("")]
    [TestCase("[]")]
    [TestCase("{")]
    [TestCase("{} x")]
    [TestCase("{\"a\":1,}")]
    [TestCase("{\"a\":NAN}")]
    public void Parse_SomethingElse_IsRefused(string json) =>
        Assert.That(() => DicomJsonDataset.Parse(Encoding.UTF8.GetBytes(json)), Throws.TypeOf<DicomJsonException>());

    private static DicomJsonDataset Parse(string patientName) =>
        DicomJsonDataset.Parse(Encoding.UTF8.GetBytes($$"""{"00100010":{{patientName}}}"""));
}
