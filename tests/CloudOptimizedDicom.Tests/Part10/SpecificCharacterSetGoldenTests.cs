using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using CloudOptimizedDicom.Part10;

namespace CloudOptimizedDicom.Tests.Part10;

/// <summary>Text comes out as the Python library wrote it into its metadata.</summary>
public sealed class SpecificCharacterSetGoldenTests
{
    private static readonly string[] LongLengths = ["OB", "OW", "UN", "SQ", "UT"];

    private static IEnumerable<string> Cases =>
        Directory.GetDirectories(Repository.TestData("dicom"), "odd_cs_*")
            .Select(directory => Path.GetFileName(directory))
            .Order(StringComparer.Ordinal);

    [TestCaseSource(nameof(Cases))]
    public void DecodeValues_GoldenFile_GivesTheGoldenText(string name)
    {
        Dictionary<string, byte[]> elements = ReadTopLevel(File.ReadAllBytes(Single("dicom", name)));
        SpecificCharacterSet characters = SpecificCharacterSet.Parse(elements.GetValueOrDefault("00080005", []));
        using JsonDocument golden = JsonDocument.Parse(File.ReadAllBytes(Single("cod", $"{name}__v2/dicom_json")));
        int compared = 0;
        using (Assert.EnterMultipleScope())
        {
            foreach (JsonProperty element in golden.RootElement.EnumerateObject())
            {
                string vr = element.Value.GetProperty("vr").GetString()!;
                if (vr is "PN" or "LO" or "SH")
                {
                    string[] values = characters.DecodeValues(elements[element.Name], vr == "PN");
                    Assert.That(values.Select(v => v.TrimEnd(' ', '=')), Is.EqualTo(GoldenValues(element.Value)), element.Name);
                    compared++;
                }
                else if (vr == "LT")
                {
                    Assert.That(new[] { characters.Decode(elements[element.Name]) }, Is.EqualTo(GoldenValues(element.Value)), element.Name);
                }
            }
        }

        Assert.That(compared, Is.GreaterThan(1));
    }

    // The golden JSON leaves these elements out: Python refuses to decode them.
    [TestCase("00100010", "Bad\uFFFD\uFFFDUtf^\uFFFD")]
    [TestCase("00080080", "ok\uFFFD(")]
    public void DecodeValues_BadUtf8_ReplacesWhatIsBad(string element, string text)
    {
        Dictionary<string, byte[]> elements = ReadTopLevel(File.ReadAllBytes(Single("dicom", "odd_cs_utf8_bad")));
        SpecificCharacterSet characters = SpecificCharacterSet.Parse(elements["00080005"]);
        Assert.That(characters.DecodeValues(elements[element], isPersonName: true)[0].TrimEnd(' '), Is.EqualTo(text));
    }

    private static IEnumerable<string> GoldenValues(JsonElement element) =>
        element.GetProperty("Value").EnumerateArray().Select(value => value.ValueKind == JsonValueKind.String
            ? value.GetString()!
            : string.Join('=', new[] { "Alphabetic", "Ideographic", "Phonetic" }
                .Select(group => value.TryGetProperty(group, out JsonElement text) ? text.GetString() : "")).TrimEnd('='));

    private static Dictionary<string, byte[]> ReadTopLevel(byte[] file)
    {
        Dictionary<string, byte[]> elements = [];
        for (int position = 132; position < file.Length;)
        {
            ReadOnlySpan<byte> header = file.AsSpan(position);
            string tag = $"{BinaryPrimitives.ReadUInt16LittleEndian(header):X4}{BinaryPrimitives.ReadUInt16LittleEndian(header[2..]):X4}";
            bool isLong = LongLengths.Contains(Encoding.ASCII.GetString(header.Slice(4, 2)));
            int length = isLong
                ? BinaryPrimitives.ReadInt32LittleEndian(header[8..])
                : BinaryPrimitives.ReadUInt16LittleEndian(header[6..]);
            position += isLong ? 12 : 8;
            elements.Add(tag, file.AsSpan(position, length).ToArray());
            position += length;
        }

        return elements;
    }

    private static string Single(params string[] path) => Directory.GetFiles(Repository.TestData(path)).Single();
}
