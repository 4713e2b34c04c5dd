using System.Text.Json;

namespace CloudOptimizedDicom.Tests.Golden;

/// <summary>One series that the Python library stored, with what it said of each instance.</summary>
internal sealed record GoldenSeries(string Case)
{
    private static readonly JsonDocumentOptions Deep = new() { MaxDepth = 1000 };

    public JsonElement Expected { get; } = JsonDocument.Parse(File.ReadAllBytes(Repository.TestData("cod", Case, "expected.json"))).RootElement;

    public byte[] Metadata => File.ReadAllBytes(MetadataPath);

    public byte[]? GzipMetadata => File.Exists(MetadataPath + ".gz") ? File.ReadAllBytes(MetadataPath + ".gz") : null;

    /// <summary>The metadata as a document; its bare NaN and Infinity in quotes, as we write them.</summary>
    public JsonElement MetadataJson => JsonDocument.Parse(GoldenInstance.QuoteBareNumbers(File.ReadAllText(MetadataPath)), Deep).RootElement;

    public string ArchiveUri =>
        $"{Text("datastore_path")}/studies/{Text("cod_study_uid")}/series/{Text("cod_series_uid")}.tar";

    public IEnumerable<JsonElement> Instances =>
        Expected.TryGetProperty("instances", out JsonElement instances) ? instances.EnumerateArray() : [];

    private string MetadataPath => Repository.TestData("cod", Case, "metadata.json");

    public static IEnumerable<GoldenSeries> All() =>
        from directory in Directory.EnumerateDirectories(Repository.TestData("cod")).Order(StringComparer.Ordinal)
        where File.Exists(Path.Combine(directory, "metadata.json"))
        select new GoldenSeries(Path.GetFileName(directory));

    public override string ToString() => Case;

    private string Text(string name) => Expected.GetProperty(name).GetString()!;
}
