using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;
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

    /// <summary>Study and series as stored: hashed in a hashed case.</summary>
    public SeriesId Id => new(Text("cod_study_uid"), Text("cod_series_uid"));

    public bool UsesHashedUids => Expected.GetProperty("hashed_uids").GetBoolean();

    /// <summary>How the case hashed its UIDs; null where it did not.</summary>
    public Func<string, string>? UidHasher => !UsesHashedUids ? null
        : Case.StartsWith("ct5_hashed_longpath", StringComparison.Ordinal) ? uid => new string('L', 60) + Sha256(uid)
        : uid => "1.2.826.0.1.3680043.8.498." + BigInteger.Parse("0" + Sha256(uid), NumberStyles.HexNumber, CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture)[..36];

    /// <summary>The calls that made the series.</summary>
    public IReadOnlyList<GoldenStep> Steps => [.. Expected.GetProperty("steps").EnumerateArray().Select(step => new GoldenStep(step))];

    /// <summary>The archive, which is the same in both versions; null where neither is kept.</summary>
    public string? ArchivePath => new[] { Case, Case.Replace("__v1", "__v2", StringComparison.Ordinal) }
        .Select(kept => Repository.TestData("cod", kept, "series.tar")).FirstOrDefault(File.Exists);

    private string MetadataPath => Repository.TestData("cod", Case, "metadata.json");

    public static IEnumerable<GoldenSeries> All() =>
        from directory in Directory.EnumerateDirectories(Repository.TestData("cod")).Order(StringComparer.Ordinal)
        where File.Exists(Path.Combine(directory, "metadata.json"))
        select new GoldenSeries(Path.GetFileName(directory));

    /// <summary>Lays the series out as a copy of its bucket in a directory would.</summary>
    public void CopyTo(string datastore)
    {
        string folder = Directory.CreateDirectory(Path.Combine(datastore, "studies", Id.StudyUid, "series", Id.SeriesUid)).FullName;
        if (ArchivePath is { } archive)
        {
            File.Copy(archive, folder + ".tar");
        }

        Copy("index.sqlite", Path.Combine(folder, "index.sqlite"));
        Copy(GzipMetadata is null ? "metadata.json" : "metadata.json.gz", Path.Combine(folder, "metadata.json"));
    }

    public override string ToString() => Case;

    private static string Sha256(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private void Copy(string name, string destination)
    {
        if (File.Exists(Repository.TestData("cod", Case, name)))
        {
            File.Copy(Repository.TestData("cod", Case, name), destination);
        }
    }

    private string Text(string name) => Expected.GetProperty(name).GetString()!;
}
