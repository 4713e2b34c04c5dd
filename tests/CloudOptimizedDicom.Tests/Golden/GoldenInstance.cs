using System.Text.Json;
using System.Text.RegularExpressions;

namespace CloudOptimizedDicom.Tests.Golden;

/// <summary>One instance that the Python library stored, with the file that it was made from.</summary>
internal sealed partial record GoldenInstance(string Case, string InputPath, string DatastorePath, JsonElement Expected)
{
    private static readonly JsonDocument Manifest = JsonDocument.Parse(File.ReadAllBytes(Repository.TestData("dicom_manifest.json")));

    public string Uid => Expected.GetProperty("uid").GetString()!;

    public string BulkDataUri { get; private init; } = "";

    /// <summary>The DICOM JSON that Python stored; its bare NaN and Infinity in quotes, as we write them.</summary>
    public JsonElement DicomJson => JsonDocument.Parse(
        QuoteBareNumbers(File.ReadAllText(Repository.TestData("cod", Case, "dicom_json", Uid + ".json"))),
        new JsonDocumentOptions { MaxDepth = 1000 }).RootElement;

    /// <summary>Every instance of the v2 cases whose input file is here; compressed ones have none.</summary>
    public static IEnumerable<GoldenInstance> All() =>
        from directory in Directory.EnumerateDirectories(Repository.TestData("cod"), "*__v2").Order(StringComparer.Ordinal)
        where Directory.Exists(Path.Combine(directory, "dicom_json"))
        from instance in Load(Path.GetFileName(directory))
        select instance;

    public static IEnumerable<GoldenInstance> Load(string goldenCase)
    {
        JsonElement expected = JsonDocument.Parse(File.ReadAllBytes(Repository.TestData("cod", goldenCase, "expected.json"))).RootElement;
        if (!expected.TryGetProperty("instances", out JsonElement instances))
        {
            yield break;
        }

        string datastore = expected.GetProperty("datastore_path").GetString()!;
        string series = $"{datastore}/studies/{expected.GetProperty("cod_study_uid").GetString()}/series/{expected.GetProperty("cod_series_uid").GetString()}";
        foreach (JsonElement instance in instances.EnumerateArray())
        {
            string uid = instance.GetProperty("uid").GetString()!;
            if (FindInput(instance.GetProperty("crc32c").GetString()!) is { } input
                && File.Exists(Repository.TestData("cod", goldenCase, "dicom_json", uid + ".json")))
            {
                yield return new GoldenInstance(goldenCase, input, datastore, instance) { BulkDataUri = $"{series}.tar://instances/{uid}.dcm" };
            }
        }
    }

    /// <summary>JSON that Python wrote, made legal: its NaN and Infinity in quotes.</summary>
    public static string QuoteBareNumbers(string json) => BareNumber().Replace(json, "\"$1\"");

    public override string ToString() => $"{Case}/{Path.GetFileName(InputPath)}";

    private static string? FindInput(string crc32c) => Manifest.RootElement.EnumerateObject()
        .Where(entry => entry.Value.GetProperty("crc32c").GetString() == crc32c)
        .Select(entry => Repository.TestData("dicom", entry.Name))
        .FirstOrDefault(File.Exists);

    [GeneratedRegex(@"(?<=[\[ ])(-?Infinity|NaN)(?=[,\]])")]
    private static partial Regex BareNumber();
}
