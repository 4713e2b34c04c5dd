using System.Buffers;
using System.Text;
using System.Text.Json;
using CloudOptimizedDicom.Compression;
using CloudOptimizedDicom.Metadata;
using CloudOptimizedDicom.Storage;

namespace CloudOptimizedDicom.Tests.Metadata;

public sealed class SeriesMetadataTests
{
    private const string Archive = "gs://store/studies/1.2/series/1.2.3.tar";

    private const string Uids = "\"instance_uid\": \"1.2.3.4\", \"series_uid\": \"1.2.3\", \"study_uid\": \"1.2\"";

    private const string V1Tags =
        """
        {"00080018": {"vr": "UI", "Value": ["1.2.3.4"]}, "0020000E": {"vr": "UI", "Value": ["1.2.3"]},
        "0020000D": {"vr": "UI", "Value": ["1.2"]}}
        """;

    private const string Rest =
        """
        "uri": "gs://store/studies/1.2/series/1.2.3.tar://instances/a.dcm", "headers": {"start_byte": 512, "end_byte": 612},
        "offset_tables": {}, "crc32c": "AAAAAQ==", "size": 100
        """;

    private const string V1 = "{\"metadata\": " + V1Tags + ", " + Rest + ", \"version\": \"1.0\"}";

    private static readonly string CompressedTags = Compress("""{"00080018":{"vr":"UI","Value":["1.2.3.4"]}}""");

    private static readonly string V2 =
        $"{{{Uids}, \"has_pixeldata\": true, \"metadata\": \"{CompressedTags}\", {Rest}, \"version\": \"2.0\"}}";

    [Test]
    public void Parse_BothVersionsInOneSeries_AreRead()
    {
        SeriesMetadata metadata = Parse(Series(("a", V2), ("b", V1)));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(metadata.Instances.Select(record => record.Version), Is.EqualTo(new[] { MetadataVersion.V2, MetadataVersion.V1 }));
            Assert.That(metadata.Version, Is.EqualTo(MetadataVersion.V1), "that of the last record");
            Assert.That(metadata.Instances.Select(record => record.Metadata.GetString("SOPInstanceUID")), Is.All.EqualTo("1.2.3.4"));
            Assert.That(metadata.Instances.Select(record => record.InstanceUid), Is.All.EqualTo("1.2.3.4"));
            Assert.That(metadata.Instances.Select(record => record.SeriesUid), Is.All.EqualTo("1.2.3"));
            Assert.That(metadata.Instances.Select(record => record.StudyUid), Is.All.EqualTo("1.2"));
            Assert.That(metadata.Instances.Select(record => record.HasPixelData), Is.EqualTo(new[] { true, false }));
            Assert.That(metadata.Instances.Select(record => record.Crc32c), Is.All.EqualTo(1));
        }
    }

    [Test]
    public void Parse_RecordWithoutVersion_IsVersionOne()
    {
        SeriesMetadata metadata = Parse(Series(("a", V1.Replace(", \"version\": \"1.0\"", "", StringComparison.Ordinal))));
        Assert.That(metadata.Instances[0].Version, Is.EqualTo(MetadataVersion.V1));
    }

    [Test]
    public void Parse_VersionOneWithoutUids_HasEmptyOnes()
    {
        string json = V1.Replace(V1Tags, "{\"7FE00010\": {\"vr\": \"OW\"}}", StringComparison.Ordinal);
        InstanceRecord record = Parse(Series(("a", json))).Instances[0];
        using (Assert.EnterMultipleScope())
        {
            Assert.That(record.InstanceUid, Is.Empty);
            Assert.That(record.HasPixelData, Is.True);
        }
    }

    [Test]
    public void Parse_SeriesWithoutInstances_IsVersionTwo() => Assert.That(Parse(Series()).Version, Is.EqualTo(MetadataVersion.V2));

    [Test]
    public void Write_UnknownMembers_StayInOrder()
    {
        string record = V2.Replace("\"uri\"", "\"before\": [1e400, -0.0], \"uri\"", StringComparison.Ordinal)
            .Replace("\"start_byte\"", "\"of_headers\": null, \"start_byte\"", StringComparison.Ordinal);
        string series = Series(("a", record))
            .Replace("\"instances\"", "\"zeta\": {\"x\": 1}, \"alpha\": 12345678901234567890, \"instances\"", StringComparison.Ordinal)[..^1]
            + ", \"thumbnail\": {\"uri\": \"x\"}, \"another\": \"\\u00e9\"}";
        string written = Write(Parse(series));
        JsonElement json = JsonDocument.Parse(written).RootElement;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Names(json), Is.EqualTo(new[] { "study_uid", "series_uid", "cod", "thumbnail", "another" }));
            Assert.That(Names(json.GetProperty("cod")), Is.EqualTo(new[] { "instances", "zeta", "alpha" }));
            Assert.That(json.GetProperty("cod").GetProperty("alpha").GetRawText(), Is.EqualTo("12345678901234567890"));
            Assert.That(json.GetProperty("another").GetRawText(), Is.EqualTo("\"\\u00e9\""));
            Assert.That(written, Does.Contain(record), "not a byte of the record changes");
        }
    }

    [Test]
    public void Write_RecordWithoutUri_GetsOne()
    {
        string uri = "\"uri\": \"gs://store/studies/1.2/series/1.2.3.tar://instances/a.dcm\",";
        string written = Write(Parse(Series(("a", V2.Replace(uri, "", StringComparison.Ordinal)))));
        Assert.That(Parse(written).Instances[0].Uri, Is.EqualTo($"{Archive}://instances/a.dcm"));
    }

    [Test]
    public void Write_BareNaN_BecomesLegalJson()
    {
        string tag = "{\"00080018\": {\"vr\": \"FD\", \"Value\": [NaN, -Infinity, Infinity, 1.5]}, ";
        string series = Series(("a", V1.Replace("{\"00080018\": ", tag + "\"00080019\": ", StringComparison.Ordinal)));
        SeriesMetadata metadata = Parse(series);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(metadata.Instances[0].Metadata.GetDoubles("SOPInstanceUID"),
                Is.EqualTo(new[] { double.NaN, double.NegativeInfinity, double.PositiveInfinity, 1.5 }));
            Assert.That(() => JsonDocument.Parse(Write(metadata)), Throws.Nothing);
        }
    }

    [Test]
    public void Write_HashedSeries_UsesTheKeysOfHashedSeries([Values] bool hashed)
    {
        var metadata = new SeriesMetadata(new SeriesId("1.2", "1.2.3"), hashed, MetadataVersion.V2);
        string written = Write(metadata);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(written, Is.EqualTo(hashed
                ? """{"deid_study_uid":"1.2","deid_series_uid":"1.2.3","cod":{"instances":{}}}"""
                : """{"study_uid":"1.2","series_uid":"1.2.3","cod":{"instances":{}}}"""));
            Assert.That(Parse(written).UsesHashedUids, Is.EqualTo(hashed));
        }
    }

    [Test]
    public void Write_Identities_AreReadAgain()
    {
        SeriesMetadata metadata = Parse(Series());
        metadata.Tar = new ObjectIdentity(1_700_000_000_123_456, 10_240, 0xE306AC4A);
        metadata.Index = new ObjectIdentity(2, 24_576, 1);
        string written = Write(metadata);
        SeriesMetadata read = Parse(written);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(written, Does.Contain("""
                "tar":{"generation":"1700000000123456","size":10240,"crc32c":"4wasSg=="}
                """));
            Assert.That(read.Tar, Is.EqualTo(metadata.Tar));
            Assert.That(read.Index, Is.EqualTo(metadata.Index));
        }
    }

    [Test]
    public void Parse_KeysThatOccurTwice_TakeTheLastValueInTheFirstPlace()
    {
        string second = V2.Replace("AAAAAQ==", "AAAAAg==", StringComparison.Ordinal);
        SeriesMetadata metadata = Parse(Series(("a", V2), ("b", V2), ("a", second))[..^1] + ", \"f\": 1, \"g\": 2, \"f\": 3}");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(metadata.Instances.Select(record => (record.Uid, record.Crc32c)), Is.EqualTo(new[] { ("a", 2u), ("b", 1u) }));
            Assert.That(metadata.Fields.Names, Is.EqualTo(new[] { "f", "g" }));
            Assert.That(metadata.Fields.TryGet("f", out ReadOnlyMemory<byte> value) && value.Span.SequenceEqual("3"u8));
        }
    }

    [Test]
    public void Clone_EditedCopy_LeavesTheOriginalAlone()
    {
        SeriesMetadata original = Parse(Series(("a", V2), ("b", V1))[..^1] + ", \"f\": 1}");
        string before = Write(original);
        SeriesMetadata copy = original.Clone();
        copy.Replace(copy.Instances[0].WithDiffHashDupePath("gs://x", DateTimeOffset.UnixEpoch));
        copy.Remove("b");
        copy.Fields.Remove("f");
        copy.Tar = new ObjectIdentity(1, 2, 3);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Write(original), Is.EqualTo(before));
            Assert.That(copy.Instances.Select(record => record.Uid), Is.EqualTo(new[] { "a" }));
            Assert.That(copy.TryGetInstance("b", out _), Is.False);
        }
    }

    [Test]
    public void Add_UidThatIsThere_IsRefused()
    {
        SeriesMetadata metadata = Parse(Series(("a", V2)));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(() => metadata.Add(metadata.Instances[0]), Throws.ArgumentException);
            Assert.That(() => Parse(Series()).Replace(metadata.Instances[0]), Throws.ArgumentException);
        }
    }

    [TestCase("\"start_byte\": 512, ", "", "headers.start_byte")]
    [TestCase(", \"end_byte\": 612", "", "headers.end_byte")]
    [TestCase("\"size\": 100, ", "", "size")]
    [TestCase("\"crc32c\": \"AAAAAQ==\", ", "", "crc32c")]
    [TestCase("\"metadata\"", "\"other\"", "metadata")]
    [TestCase("\"study_uid\"", "\"other\"", "study_uid")]
    [TestCase("\"has_pixeldata\": true", "\"has_pixeldata\": 1", "has_pixeldata")]
    [TestCase("512", "-1", "headers.start_byte")]
    [TestCase("512", "5.5", "headers.start_byte")]
    [TestCase("612", "500", "headers")]
    [TestCase("612", "613", "headers")]
    [TestCase("612", "99999999999999999999", "headers.end_byte")]
    [TestCase("AAAAAQ==", "AAAAAQ", "crc32c")]
    [TestCase("\"2.0\"", "\"3.0\"", "version")]
    [TestCase("\"2.0\"", "2.0", "version")]
    [TestCase("\"2.0\"", "\"1.0\"", "metadata")]
    [TestCase("\"offset_tables\": {}", "\"offset_tables\": {\"CustomOffsetTable\": [1]}", "offset_tables")]
    [TestCase("\"offset_tables\": {}", "\"offset_tables\": []", "offset_tables")]
    [TestCase("{\"start_byte\": 512, \"end_byte\": 612}", "null", "headers")]
    public void Parse_WrongMember_IsNamedWithItsInstance(string part, string replacement, string member)
    {
        Assert.That(V2, Does.Contain(part));
        string series = Series(("good", V2), ("bad", V2.Replace(part, replacement, StringComparison.Ordinal)));
        SeriesMetadataException exception = Assert.Throws<SeriesMetadataException>(() => Parse(series))!;
        var cause = (InstanceMetadataException)exception.InnerException!;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(cause.InstanceUid, Is.EqualTo("bad"));
            Assert.That(cause.Member, Is.EqualTo(member));
            Assert.That(exception.Uri, Is.EqualTo("gs://store/metadata.json"));
            Assert.That(exception.Offset, Is.GreaterThan(V2.Length));
            Assert.That(exception.Message, Does.Contain("bad").And.Contain(member));
        }
    }

    [TestCase("")]
    [TestCase("[]")]
    [TestCase("{}")]
    [TestCase("""{"study_uid":"1","series_uid":"2","cod":{}}""")]
    [TestCase("""{"study_uid":"1","series_uid":"2","cod":{"instances":[]}}""")]
    [TestCase("""{"study_uid":"1","series_uid":"2","cod":[]}""")]
    [TestCase("""{"study_uid":"1","cod":{"instances":{}}}""")]
    [TestCase("""{"study_uid":"1","series_uid":"../2","cod":{"instances":{}}}""")]
    [TestCase("""{"study_uid":"1","deid_series_uid":"2","cod":{"instances":{}}}""")]
    [TestCase("""{"study_uid":"1","series_uid":"2","cod":{"instances":{},"tar":{"size":1}}}""")]
    [TestCase("""{"study_uid":"1","series_uid":"2","cod":{"instances":{},"tar":{"generation":1,"size":1,"crc32c":"AAAAAQ=="}}}""")]
    [TestCase("""{"study_uid":"1","series_uid":"2","cod":{"instances":{}}} x""")]
    [TestCase("""{"study_uid":"1","series_uid":"2","cod":{"instances":{}},"x":NAN}""")]
    public void Parse_SomethingElse_IsRefused(string json) => Assert.That(() => Parse(json), Throws.TypeOf<SeriesMetadataException>());

    [TestCase("\"metadata\": \"KLUv\", ", "too short")]
    [TestCase("\"metadata\": \"!\", ", "not base64")]
    [TestCase("\"metadata\": \"\", ", "empty")]
    public void Metadata_DamagedTags_AreReportedWhenAskedFor(string member, string why)
    {
        string damaged = V2.Replace($"\"metadata\": \"{CompressedTags}\", ", member, StringComparison.Ordinal);
        SeriesMetadata metadata = Parse(Series(("good", V2), ("bad", damaged)));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(metadata.Instances[0].Metadata.Tags.Count(), Is.EqualTo(1));
            Assert.That(() => metadata.Instances[1].Metadata,
                Throws.TypeOf<InstanceMetadataException>().With.Property(nameof(InstanceMetadataException.InstanceUid)).EqualTo("bad"), why);
            Assert.That(() => Parse(Write(metadata)), Throws.Nothing);
        }
    }

    private static string Series(params (string Uid, string Record)[] instances)
    {
        string records = string.Join(", ", instances.Select(instance => $"\"{instance.Uid}\": {instance.Record}"));
        return "{\"study_uid\": \"1.2\", \"series_uid\": \"1.2.3\", \"cod\": {\"instances\": {" + records + "}}}";
    }

    private static SeriesMetadata Parse(string json) => SeriesMetadata.Parse(Encoding.UTF8.GetBytes(json), "gs://store/metadata.json");

    private static string Write(SeriesMetadata metadata)
    {
        var output = new ArrayBufferWriter<byte>();
        metadata.Write(output, Archive);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    private static string Compress(string json)
    {
        var output = new ArrayBufferWriter<byte>();
        Zstd.Compress(Encoding.UTF8.GetBytes(json), output);
        return Convert.ToBase64String(output.WrittenSpan);
    }

    private static IEnumerable<string> Names(JsonElement element) => element.EnumerateObject().Select(member => member.Name);
}
