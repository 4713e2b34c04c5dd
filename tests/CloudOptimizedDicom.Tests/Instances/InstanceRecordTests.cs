using System.Buffers;
using System.Text;
using System.Text.Json;
using CloudOptimizedDicom.Json;
using CloudOptimizedDicom.Tests.Compression;

namespace CloudOptimizedDicom.Tests.Instances;

public sealed class InstanceRecordTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 4, 5, 6, 7, TimeSpan.Zero);

    [Test]
    public async Task Create_Scan_IsWhatItHolds([Values] MetadataVersion version)
    {
        InstanceScan scan = await ScanAsync();
        InstanceRecord record = Create(scan, version);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(record.Uid, Is.EqualTo("hash"));
            Assert.That(record.InstanceUid, Is.EqualTo(scan.InstanceUid));
            Assert.That(record.SeriesUid, Is.EqualTo(scan.SeriesUid));
            Assert.That(record.StudyUid, Is.EqualTo(scan.StudyUid));
            Assert.That(record.HasPixelData, Is.True);
            Assert.That(record.ArchiveRange, Is.EqualTo(new ByteRange(512, scan.SizeBytes)));
            Assert.That(record.SizeBytes, Is.EqualTo(scan.SizeBytes));
            Assert.That(record.Crc32c, Is.EqualTo(scan.Crc32c));
            Assert.That(record.Frames!.Offsets.ToArray(), Is.EqualTo(scan.Frames!.Offsets.ToArray()));
            Assert.That(record.Frames.Lengths.ToArray(), Is.EqualTo(scan.Frames.Lengths.ToArray()));
            Assert.That(record.OriginalPath, Is.EqualTo("in/é.dcm"));
            Assert.That(record.Dependencies, Is.EqualTo(new[] { "gs://a", "gs://b" }));
            Assert.That(record.DiffHashDupePaths, Is.Empty);
            Assert.That(record.Version, Is.EqualTo(version));
            Assert.That(record.ModifiedDateTime, Is.EqualTo("2026-03-04T05:06:07.000000"));
            Assert.That(record.Metadata.Utf8Json.Span.SequenceEqual(scan.DicomJson.Span));
        }
    }

    [Test]
    public async Task WithDiffHashDupePath_Path_IsAddedOnce([Values] MetadataVersion version)
    {
        InstanceRecord record = Create(await ScanAsync(), version);
        InstanceRecord changed = record.WithDiffHashDupePath("gs://x", Now.AddDays(1)).WithDiffHashDupePath("gs://y", Now.AddDays(2));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(changed.DiffHashDupePaths, Is.EqualTo(new[] { "gs://x", "gs://y" }));
            Assert.That(changed.ModifiedDateTime, Is.EqualTo("2026-03-06T05:06:07.000000"));
            Assert.That(changed.WithDiffHashDupePath("gs://x", Now.AddDays(3)), Is.SameAs(changed));
            Assert.That(record.DiffHashDupePaths, Is.Empty);
            Assert.That(
                Write(changed).EnumerateObject().Select(member => member.Name),
                Is.EqualTo(Write(record).EnumerateObject().Select(member => member.Name)));
        }
    }

    [Test]
    public async Task WithArchiveRange_OtherPlace_MovesTheRange()
    {
        InstanceRecord record = Create(await ScanAsync(), MetadataVersion.V2);
        var range = new ByteRange(1L << 40, record.SizeBytes);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(record.WithArchiveRange(range).ArchiveRange, Is.EqualTo(range));
            Assert.That(record.WithArchiveRange(range).Metadata.Tags, Is.EqualTo(record.Metadata.Tags));
            Assert.That(() => record.WithArchiveRange(new ByteRange(0, 1)), Throws.ArgumentException);
        }
    }

    [Test]
    public async Task Metadata_SmallTags_AreInflatedOnce([Values] MetadataVersion version)
    {
        InstanceRecord record = Create(await ScanAsync(), version);
        DicomJsonDataset[] seen = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(() => record.Metadata)));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(record.Metadata, Is.AnyOf(seen));
            Assert.That(seen.Select(metadata => metadata.GetString("SOPInstanceUID")), Is.All.EqualTo(record.InstanceUid));
        }
    }

    private static Task<InstanceScan> ScanAsync() =>
        InstanceScan.FromFileAsync(Directory.GetFiles(Repository.TestData("dicom", "mf_jpeg")).Order(StringComparer.Ordinal).First());

    [Test]
    public async Task Metadata_ThatInflatesToGigabytes_IsRefusedWithoutMemoryForIt([Values] bool withContentSize)
    {
        byte[] file = await File.ReadAllBytesAsync(Repository.TestData("dicom", "ct5", "0.dcm"));
        string bomb = Convert.ToBase64String(ZstdBomb.Create(33_000, withContentSize));
        InstanceRecord record = await TestRecord.CreateAsync(file, json => json["metadata"] = bomb, MetadataVersion.V2);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.That(
            () => record.Metadata,
            Throws.TypeOf<InstanceMetadataException>().With.Message.Contains("bytes that DecompressionLimits allow"));
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(2 << 20));
    }

    private static InstanceRecord Create(InstanceScan scan, MetadataVersion version) =>
        InstanceRecord.Create(scan, "hash", scan.ArchiveRange, "in/é.dcm", ["gs://a", "gs://b"], version, Now);

    private static JsonElement Write(InstanceRecord record)
    {
        var output = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(output))
        {
            record.WriteTo(json, "gs://store/x.tar");
        }

        return JsonDocument.Parse(Encoding.UTF8.GetString(output.WrittenSpan)).RootElement;
    }
}
