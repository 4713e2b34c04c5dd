using System.Buffers;
using System.Text.Json;
using CloudOptimizedDicom.Json;
using CloudOptimizedDicom.Metadata;
using CloudOptimizedDicom.Tests.Golden;

namespace CloudOptimizedDicom.Tests.Metadata;

/// <summary>Series that the Python library stored, of both versions.</summary>
public sealed class SeriesMetadataGoldenTests
{
    internal static IEnumerable<GoldenSeries> Series() => GoldenSeries.All();

    [TestCaseSource(nameof(Series))]
    public void Parse_SeriesOfPython_IsWhatPythonSaid(object golden)
    {
        var series = (GoldenSeries)golden;
        var metadata = SeriesMetadata.Parse(series.Metadata, "metadata.json");
        Assert.That(metadata.Instances.Select(record => record.Uid), Is.EqualTo(series.Instances.Select(instance => Text(instance, "uid"))));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(metadata.Series.StudyUid, Is.EqualTo(Text(series.Expected, "cod_study_uid")));
            Assert.That(metadata.Series.SeriesUid, Is.EqualTo(Text(series.Expected, "cod_series_uid")));
            Assert.That(metadata.UsesHashedUids, Is.EqualTo(series.Expected.GetProperty("hashed_uids").GetBoolean()));
            Assert.That(metadata.Tar, Is.Null);
            Assert.That(metadata.Index, Is.Null);
            foreach ((InstanceRecord record, JsonElement expected) in metadata.Instances.Zip(series.Instances))
            {
                AssertIs(record, expected);
                Assert.That(record.Uri, Is.EqualTo($"{series.ArchiveUri}://instances/{record.Uid}.dcm"));
                Assert.That(record.Metadata.GetString("SOPInstanceUID") ?? "", Is.EqualTo(record.InstanceUid));
                Assert.That(record.Metadata.GetString("SeriesInstanceUID") ?? "", Is.EqualTo(record.SeriesUid));
                Assert.That(record.Metadata.GetString("StudyInstanceUID") ?? "", Is.EqualTo(record.StudyUid));
            }
        }
    }

    [TestCaseSource(nameof(Series))]
    public void Parse_GzipOfPython_IsTheSameAsPlain(object golden)
    {
        var series = (GoldenSeries)golden;
        if (series.GzipMetadata is { } gzip)
        {
            Assert.That(
                Write(SeriesMetadata.Parse(gzip, "metadata.json"), series.ArchiveUri),
                Is.EqualTo(Write(SeriesMetadata.Parse(series.Metadata, "metadata.json"), series.ArchiveUri)));
        }
    }

    [TestCaseSource(nameof(Series))]
    public void Write_SeriesOfPython_LosesNothing(object golden)
    {
        var series = (GoldenSeries)golden;
        byte[] written = Write(SeriesMetadata.Parse(series.Metadata, "metadata.json"), series.ArchiveUri);
        Assert.That(JsonComparison.FindDifference(series.MetadataJson, ParseDocument(written)), Is.Null);
    }

    [TestCaseSource(nameof(Series))]
    public void Write_ToAnotherPlace_ChangesTheUrisOfRecordsAlone(object golden)
    {
        var series = (GoldenSeries)golden;
        byte[] moved = Write(SeriesMetadata.Parse(series.Metadata, "metadata.json"), "gs://other/place.tar");
        JsonElement instances = ParseDocument(moved).GetProperty("cod").GetProperty("instances");
        using (Assert.EnterMultipleScope())
        {
            foreach (JsonProperty instance in instances.EnumerateObject())
            {
                Assert.That(Text(instance.Value, "uri"), Is.EqualTo($"gs://other/place.tar://instances/{instance.Name}.dcm"));
            }

            byte[] back = Write(SeriesMetadata.Parse(moved, "metadata.json"), series.ArchiveUri);
            Assert.That(JsonComparison.FindDifference(series.MetadataJson, ParseDocument(back)), Is.Null);
        }
    }

    [TestCaseSource(nameof(Series))]
    public void Metadata_InstanceOfPython_IsTheJsonThatPythonCompressed(object golden)
    {
        var series = (GoldenSeries)golden;
        using (Assert.EnterMultipleScope())
        {
            foreach (InstanceRecord record in SeriesMetadata.Parse(series.Metadata, "metadata.json").Instances)
            {
                string path = Repository.TestData("cod", series.Case, "dicom_json", record.Uid + ".json");
                if (File.Exists(path))
                {
                    byte[] json = File.ReadAllBytes(path);
                    Assert.That(record.Metadata.Utf8Json.ToArray(), Is.EqualTo(NonFiniteNumbers.Quote(json) ?? json), record.Uid);
                }
            }
        }
    }

    private static void AssertIs(InstanceRecord record, JsonElement expected)
    {
        JsonElement tables = expected.GetProperty("offset_tables");
        Assert.That(Crc32c.ToBase64(record.Crc32c), Is.EqualTo(Text(expected, "crc32c")));
        Assert.That(record.SizeBytes, Is.EqualTo(expected.GetProperty("size").GetInt64()));
        Assert.That(record.ArchiveRange.Offset, Is.EqualTo(expected.GetProperty("start_byte").GetInt64()));
        Assert.That(record.ArchiveRange.End, Is.EqualTo(expected.GetProperty("end_byte").GetInt64()));
        Assert.That(record.Frames is null, Is.EqualTo(!tables.EnumerateObject().Any()));
        if (record.Frames is { } frames)
        {
            Assert.That(frames.Offsets.ToArray(), Is.EqualTo(Numbers(tables, "CustomOffsetTable")));
            Assert.That(frames.Lengths.ToArray(), Is.EqualTo(Numbers(tables, "CustomOffsetTableLengths")));
        }

        Assert.That(record.HasPixelData, Is.EqualTo(expected.GetProperty("has_pixeldata").GetBoolean()));
        Assert.That(record.OriginalPath, Is.EqualTo(Text(expected, "original_path")));
        Assert.That(record.Dependencies, Is.EqualTo(Texts(expected, "dependencies")));
        Assert.That(record.DiffHashDupePaths, Is.EqualTo(Texts(expected, "diff_hash_dupe_paths")));
        Assert.That(record.Version, Is.EqualTo(Text(expected, "version") == "1.0" ? MetadataVersion.V1 : MetadataVersion.V2));
    }

    private static byte[] Write(SeriesMetadata metadata, string archiveUri)
    {
        var output = new ArrayBufferWriter<byte>();
        metadata.Write(output, archiveUri);
        return output.WrittenSpan.ToArray();
    }

    private static JsonElement ParseDocument(byte[] json) =>
        JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 1000 }).RootElement;

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;

    private static IEnumerable<string?> Texts(JsonElement element, string name) =>
        element.GetProperty(name).EnumerateArray().Select(value => value.GetString());

    private static IEnumerable<long> Numbers(JsonElement element, string name) =>
        element.GetProperty(name).EnumerateArray().Select(value => value.GetInt64());
}
