using System.Buffers;
using System.Text.Json;
using CloudOptimizedDicom.Json;
using CloudOptimizedDicom.Part10;

namespace CloudOptimizedDicom.Tests.Golden;

/// <summary>Our tags beside those that the Python library wrote for the same file.</summary>
public sealed class DicomJsonGoldenTests
{
    private static readonly JsonElement Dropped = JsonDocument.Parse(File.ReadAllBytes(Repository.TestData("dropped_elements.json"))).RootElement;

    /// <summary>What may differ in an element that both have, and why.</summary>
    private static readonly Dictionary<(string Input, string Tag), string> AllowedDifferences = new()
    {
        [("odd_nested/odd_nested.dcm", "00111001")] = "Python's head of bulk data in an item shows bytes from elsewhere in the file",
        [("odd_nested/odd_nested.dcm", "00880200")] = "Python's head of bulk data in an item shows bytes from elsewhere in the file",
        [("color/8_MONOCHROME2.dcm", "00283010")] = "Python's head of bulk data in an item shows bytes from elsewhere in the file",
        [("deflated/1.dcm", "7FE00010")] = "Python's head shows the deflated bytes, not the pixels",
        [("deflated/2.dcm", "7FE00010")] = "Python's head shows the deflated bytes, not the pixels",
        [("odd_truncated_pixels/odd_truncated_pixels.dcm", "7FE00010")] = "Python reads one byte past the end of the file",
    };

    internal static IEnumerable<GoldenInstance> Instances() => GoldenInstance.All();

    [TestCaseSource(nameof(Instances))]
    public async Task Write_FileThatPythonStored_HasEveryElementThatPythonKept(object golden)
    {
        var instance = (GoldenInstance)golden;
        JsonElement actual = await WriteAsync(instance);
        string input = Path.GetRelativePath(Repository.TestData("dicom"), instance.InputPath).Replace('\\', '/');
        string[] dropped = Dropped.TryGetProperty(input, out JsonElement entry) && entry.TryGetProperty("dropped", out JsonElement tags)
            ? [.. tags.EnumerateObject().Select(tag => tag.Name)]
            : [];
        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                actual.EnumerateObject().Select(member => member.Name).Except(dropped),
                Is.EqualTo(instance.DicomJson.EnumerateObject().Select(member => member.Name)),
                "the same elements in the same order, but for those that Python dropped");
            foreach (JsonProperty member in instance.DicomJson.EnumerateObject())
            {
                string? difference = actual.TryGetProperty(member.Name, out JsonElement ours)
                    ? JsonComparison.FindDifference(member.Value, ours, member.Name)
                    : $"{member.Name} is missing";
                bool mayDiffer = AllowedDifferences.ContainsKey((input, member.Name));
                Assert.That(difference, mayDiffer ? Is.Not.Null : Is.Null, "a listed difference that is none should leave the list");
            }
        }
    }

    /// <summary>Instances of Python's own making have no input; of all others there must be one here, or a case would go unseen.</summary>
    [Test]
    public void Instances_OfAllCases_AreCompared()
    {
        int stored = Directory.EnumerateFiles(Repository.TestData("cod"), "*.json", SearchOption.AllDirectories)
            .Count(path => Path.GetFileName(Path.GetDirectoryName(path)) == "dicom_json" && !path.Contains("_compressed_", StringComparison.Ordinal));
        Assert.That(Instances().Count(), Is.EqualTo(stored));
    }

    private static async Task<JsonElement> WriteAsync(GoldenInstance instance)
    {
        using DicomDataset dataset = await Part10Reader.ReadAsync(await File.ReadAllBytesAsync(instance.InputPath));
        var output = new ArrayBufferWriter<byte>();
        DicomJsonWriter.Write(output, dataset, instance.BulkDataUri);
        return JsonDocument.Parse(output.WrittenMemory, new JsonDocumentOptions { MaxDepth = DicomJsonWriter.MaxJsonDepth }).RootElement;
    }
}
