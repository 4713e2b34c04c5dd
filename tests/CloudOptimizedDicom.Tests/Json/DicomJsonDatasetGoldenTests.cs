using System.Text.Json;
using CloudOptimizedDicom.Json;
using CloudOptimizedDicom.Part10;
using CloudOptimizedDicom.Tests.Golden;

namespace CloudOptimizedDicom.Tests.Json;

/// <summary>Every element of every instance that the Python library stored, beside a general JSON parser's view of it.</summary>
public sealed class DicomJsonDatasetGoldenTests
{
    internal static IEnumerable<TestCaseData> Files() =>
        from path in Directory.EnumerateFiles(Repository.TestData("cod"), "*.json", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
        where Path.GetFileName(Path.GetDirectoryName(path)) == "dicom_json"
        let golden = Path.GetFileName(Path.GetDirectoryName(Path.GetDirectoryName(path)))
        select new TestCaseData(path).SetArgDisplayNames($"{golden}/{Path.GetFileName(path)}");

    [TestCaseSource(nameof(Files))]
    public void Parse_TagsOfPython_AreAllFound(string path)
    {
        JsonElement expected = JsonDocument.Parse(
            GoldenInstance.QuoteBareNumbers(File.ReadAllText(path)), new JsonDocumentOptions { MaxDepth = 1000 }).RootElement;
        using (Assert.EnterMultipleScope())
        {
            AssertIs(DicomJsonDataset.Parse(File.ReadAllBytes(path)), expected);
        }
    }

    private static void AssertIs(DicomJsonDataset dataset, JsonElement expected)
    {
        Assert.That(dataset.Tags.Select(tag => tag.ToJsonName()), Is.EqualTo(expected.EnumerateObject().Select(member => member.Name)));
        foreach (JsonProperty member in expected.EnumerateObject())
        {
            Assert.That(DicomTag.TryParse(member.Name, out DicomTag tag), Is.True);
            Assert.That(dataset.GetVr(tag).ToLetters(), Is.EqualTo(member.Value.GetProperty("vr").GetString()));
            if (dataset.GetVr(tag) == DicomVr.SQ)
            {
                AssertItems(dataset.GetSequence(tag), member.Value.GetProperty("Value"));
            }
            else
            {
                AssertValue(dataset, tag, member.Value);
            }
        }
    }

    private static void AssertItems(IReadOnlyList<DicomJsonDataset> items, JsonElement expected)
    {
        Assert.That(items, Has.Count.EqualTo(expected.GetArrayLength()));
        foreach ((DicomJsonDataset item, JsonElement element) in items.Zip(expected.EnumerateArray()))
        {
            AssertIs(item, element);
        }
    }

    private static void AssertValue(DicomJsonDataset dataset, DicomTag tag, JsonElement element)
    {
        JsonElement[] values = element.TryGetProperty("Value", out JsonElement array) ? [.. array.EnumerateArray()] : [];
        byte[]? binary = element.TryGetProperty("InlineBinary", out JsonElement base64) ? base64.GetBytesFromBase64() : null;
        BulkDataReference? bulk = element.TryGetProperty("BulkDataURI", out JsonElement reference)
            ? new BulkDataReference(reference.GetProperty("uri").GetString()!, reference.GetProperty("head").GetString())
            : null;
        Assert.That(dataset.GetStrings(tag), Is.EqualTo(values.Select(ToText)), tag.ToString());
        Assert.That(dataset.GetInlineBinary(tag), Is.EqualTo(binary), tag.ToString());
        Assert.That(dataset.GetBulkData(tag), Is.EqualTo(bulk), tag.ToString());
        if (values.Length > 0 && values.All(value => value.ValueKind == JsonValueKind.Number))
        {
            Assert.That(dataset.GetDoubles(tag), Is.EqualTo(values.Select(value => value.GetDouble())), tag.ToString());
        }

        if (values.Length > 0 && values.All(value => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out _)))
        {
            Assert.That(dataset.GetInts(tag), Is.EqualTo(values.Select(value => value.GetInt64())), tag.ToString());
        }
    }

    private static string? ToText(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString(),
        JsonValueKind.Number => value.GetRawText(),
        JsonValueKind.Object => ToName(value),
        _ => null,
    };

    private static string? ToName(JsonElement value)
    {
        IEnumerable<string?> groups = new[] { "Alphabetic", "Ideographic", "Phonetic" }
            .Select(group => value.TryGetProperty(group, out JsonElement text) ? text.GetString() : "");
        return string.Join('=', groups).TrimEnd('=') is { Length: > 0 } name ? name : null;
    }
}
