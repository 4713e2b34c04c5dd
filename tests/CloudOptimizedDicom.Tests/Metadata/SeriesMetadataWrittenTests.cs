using System.Buffers;
using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Json;
using CloudOptimizedDicom.Metadata;
using CloudOptimizedDicom.Storage;
using CloudOptimizedDicom.Tests.Golden;

namespace CloudOptimizedDicom.Tests.Metadata;

/// <summary>Series that we write, beside those of Python and read by it.</summary>
public sealed class SeriesMetadataWrittenTests
{
    private const string Python = "/usr/bin/python3";

    private const string PythonReader =
        """
        import base64, hashlib, json, subprocess, sys
        series = json.load(open(sys.argv[1]), parse_constant=lambda word: sys.exit(word + " is not JSON"))
        result = {}
        for uid, instance in series["cod"]["instances"].items():
            metadata = instance["metadata"]
            if instance["version"] == "2.0":
                frame = base64.b64decode(metadata, validate=True)
                assert frame[4] & 0xE0, "no content size"
                text = subprocess.run(["zstd", "-dc"], input=frame, stdout=subprocess.PIPE, check=True).stdout
                metadata = json.loads(text)
                result[uid] = hashlib.sha256(text).hexdigest()
            assert metadata["00080018"]["Value"] == [uid]
            assert instance["headers"]["end_byte"] - instance["headers"]["start_byte"] == instance["size"]
        print(json.dumps(result))
        """;

    private static readonly DateTimeOffset Now = new(2026, 3, 4, 5, 6, 7, 89, TimeSpan.FromHours(2));

    // Python shows bytes from elsewhere in the file as the head of bulk data in an item.
    private static readonly string[] TagsThatDiffer = ["00283010"];

    [Test]
    public async Task Write_FilesThatPythonStored_HasTheRecordsOfPython(
        [Values("ct5", "color", "mf_jpeg", "mf_rle")] string name, [Values] MetadataVersion version)
    {
        var golden = new GoldenSeries($"{name}__v{(int)version}");
        JsonElement written = JsonDocument.Parse(Write(await CreateAsync(golden, version), golden.ArchiveUri)).RootElement;
        JsonElement expected = golden.MetadataJson;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Names(written), Is.EqualTo(Names(expected)));
            Assert.That(Names(Instances(written)), Is.EqualTo(Names(Instances(expected))));
            foreach (JsonProperty instance in Instances(expected).EnumerateObject())
            {
                JsonElement record = Instances(written).GetProperty(instance.Name);
                Assert.That(Names(record), Is.EqualTo(Names(instance.Value)));
                foreach (JsonProperty member in instance.Value.EnumerateObject().Where(IsComparable))
                {
                    Assert.That(JsonComparison.FindDifference(member.Value, record.GetProperty(member.Name), member.Name), Is.Null);
                }
            }
        }
    }

    [TestCase("ct5")]
    [TestCase("color")]
    [TestCase("mf_jpeg")]
    public async Task Write_VersionOne_HasTheTagsOfPython(string name)
    {
        var golden = new GoldenSeries($"{name}__v1");
        JsonElement written = JsonDocument.Parse(Write(await CreateAsync(golden, MetadataVersion.V1), golden.ArchiveUri)).RootElement;
        using (Assert.EnterMultipleScope())
        {
            foreach (JsonProperty instance in Instances(golden.MetadataJson).EnumerateObject())
            {
                JsonElement tags = instance.Value.GetProperty("metadata");
                JsonElement ours = Instances(written).GetProperty(instance.Name).GetProperty("metadata");
                Assert.That(Names(ours), Is.EqualTo(Names(tags)));
                foreach (JsonProperty tag in tags.EnumerateObject().Where(tag => !TagsThatDiffer.Contains(tag.Name)))
                {
                    Assert.That(JsonComparison.FindDifference(tag.Value, ours.GetProperty(tag.Name), tag.Name), Is.Null);
                }
            }
        }
    }

    [Test]
    public async Task Write_BothVersions_AreReadByPython([Values("ct5", "color", "odd_vrzoo")] string name, [Values] MetadataVersion version)
    {
        if (!File.Exists(Python))
        {
            Assert.That(Environment.GetEnvironmentVariable("CI"), Is.Null, "the build machine has Python");
            Assert.Ignore("Python is not installed.");
        }

        var golden = new GoldenSeries($"{name}__v2");
        SeriesMetadata metadata = await CreateAsync(golden, version);
        metadata.Tar = new ObjectIdentity(long.MaxValue, 1, 2);
        string read = ReadByPython(Write(metadata, golden.ArchiveUri));
        Dictionary<string, string?> expected = version == MetadataVersion.V1 ? [] : metadata.Instances.ToDictionary(
            record => record.Uid,
            record => (string?)Convert.ToHexStringLower(SHA256.HashData(record.Metadata.Utf8Json.Span)));
        Assert.That(
            JsonDocument.Parse(read).RootElement.EnumerateObject().ToDictionary(digest => digest.Name, digest => digest.Value.GetString()),
            Is.EqualTo(expected));
    }

    [Test]
    public async Task Write_NewRecord_NotesTheTimeInUtcAsPythonFormatsIt()
    {
        SeriesMetadata metadata = await CreateAsync(new GoldenSeries("ct5__v2"), MetadataVersion.V2);
        Assert.That(metadata.Instances[0].ModifiedDateTime, Is.EqualTo("2026-03-04T03:06:07.089000"));
    }

    // Python has no table where frames are in several fragments; the tags have a test of their own.
    private static bool IsComparable(JsonProperty member) => member.Name switch
    {
        "metadata" or "modified_datetime" => false,
        "offset_tables" => member.Value.EnumerateObject().Any(),
        _ => true,
    };

    private static async Task<SeriesMetadata> CreateAsync(GoldenSeries golden, MetadataVersion version)
    {
        var series = SeriesMetadata.Parse(golden.Metadata, golden.Case);
        var metadata = new SeriesMetadata(series.Series, series.UsesHashedUids, version);
        foreach (GoldenInstance instance in GoldenInstance.Load(golden.Case.Replace("__v1", "__v2", StringComparison.Ordinal)))
        {
            Assert.That(series.TryGetInstance(instance.Uid, out InstanceRecord? stored), Is.True);
            await using FileStream file = File.OpenRead(instance.InputPath);
            InstanceScan scan = await InstanceScanner.ScanAsync(
                file, copyTo: null, _ => $"{golden.ArchiveUri}://instances/{instance.Uid}.dcm", CancellationToken.None);
            metadata.Add(InstanceRecord.Create(
                scan, instance.Uid, stored!.ArchiveRange, stored.OriginalPath, stored.Dependencies, version, Now));
        }

        Assert.That(metadata.Instances, Has.Count.EqualTo(series.Instances.Count));
        return metadata;
    }

    private static byte[] Write(SeriesMetadata metadata, string archiveUri)
    {
        var output = new ArrayBufferWriter<byte>();
        metadata.Write(output, archiveUri);
        return output.WrittenSpan.ToArray();
    }

    private static string ReadByPython(byte[] metadata)
    {
        string path = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(path, metadata);
            var command = new ProcessStartInfo(Python, ["-c", PythonReader, path]) { RedirectStandardOutput = true };
            using var process = Process.Start(command)!;
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            Assert.That(process.ExitCode, Is.Zero);
            return output;
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static JsonElement Instances(JsonElement series) => series.GetProperty("cod").GetProperty("instances");

    private static IEnumerable<string> Names(JsonElement element) => element.EnumerateObject().Select(member => member.Name);
}
