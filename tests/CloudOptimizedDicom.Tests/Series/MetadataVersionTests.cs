using System.Text;
using System.Text.Json;
using CloudOptimizedDicom.Json;
using CloudOptimizedDicom.Tests.Golden;

namespace CloudOptimizedDicom.Tests.Series;

/// <summary>Which version of the metadata a series gets, keeps and is changed to.</summary>
public sealed class MetadataVersionTests
{
    // Python shows bytes from elsewhere in the file as the head of bulk data in an item.
    private const string TagThatDiffers = "00283010";

    private static readonly SeriesId Id = new("1.2.826.0.1.3680043.8.498.7001.1", "1.2.826.0.1.3680043.8.498.7001.1.1");
    private static readonly string[] Files = [.. Directory.GetFiles(Repository.TestData("dicom", "ct5")).Order(StringComparer.Ordinal)];

    private TemporaryDatastore _store = null!;

    [SetUp]
    public async Task CreateStore() => _store = await TemporaryDatastore.CreateAsync();

    [TearDown]
    public async Task DeleteStore() => await _store.DisposeAsync();

    [TestCase("ct5")]
    [TestCase("color")]
    public async Task AppendAsync_VersionOneAskedFor_HasTheTagsThatPythonStoredAsObjects(string name)
    {
        var golden = new GoldenSeries($"{name}__v1");
        GoldenInstance[] instances = [.. GoldenInstance.Load($"{name}__v2")];
        await StoreAsync(golden.Id, CodMode.Write, MetadataVersion.V1, [.. instances.Select(instance => instance.InputPath)]);
        JsonElement stored = await ReadMetadataAsync(golden.Id);
        JsonElement expected = golden.MetadataJson.GetProperty("cod").GetProperty("instances");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Names(stored), Is.EqualTo(Names(expected)));
            foreach (JsonProperty instance in expected.EnumerateObject())
            {
                JsonElement record = stored.GetProperty(instance.Name);
                Assert.That(Names(record), Is.EqualTo(Names(instance.Value)));
                AssertIsRecord(record, instance.Value);
            }
        }
    }

    [Test]
    public async Task AppendAsync_NewSeries_IsVersionTwo()
    {
        await StoreAsync(Id, CodMode.Write, version: null, Files[0]);
        Assert.That(await ReadVersionsAsync(), Is.EqualTo(new[] { "2.0" }));
    }

    [Test]
    public async Task AppendAsync_StoredSeries_KeepsItsVersion([Values] MetadataVersion version)
    {
        await StoreAsync(Id, CodMode.Write, version, Files[0]);
        await StoreAsync(Id, CodMode.Append, version: null, Files[1], Files[2]);
        string expected = version == MetadataVersion.V1 ? "1.0" : "2.0";
        Assert.That(await ReadVersionsAsync(), Is.EqualTo(new[] { expected, expected, expected }));
    }

    [TestCase("ct5__v1", "1.0")]
    [TestCase("ct5__v2", "2.0")]
    public async Task AppendAsync_SeriesOfPython_KeepsItsVersionAndItsRecords(string goldenCase, string expected)
    {
        var golden = new GoldenSeries(goldenCase);
        golden.CopyTo(_store.StorePath);
        JsonElement before = golden.MetadataJson.GetProperty("cod").GetProperty("instances");
        await StoreAsync(golden.Id, CodMode.Append, version: null, await CreateOtherInstanceAsync());
        JsonElement after = await ReadMetadataAsync(golden.Id);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(after.EnumerateObject().Last().Value.GetProperty("version").GetString(), Is.EqualTo(expected));
            Assert.That(after.EnumerateObject().Count(), Is.EqualTo(before.EnumerateObject().Count() + 1));
            foreach (JsonProperty instance in before.EnumerateObject())
            {
                JsonElement record = after.GetProperty(instance.Name);
                Assert.That(Names(record), Is.EqualTo(Names(instance.Value)));
                foreach (JsonProperty member in instance.Value.EnumerateObject().Where(member => member.Name != "uri"))
                {
                    Assert.That(JsonComparison.FindDifference(member.Value, record.GetProperty(member.Name), member.Name), Is.Null);
                }
            }
        }
    }

    [Test]
    public async Task AppendAsync_OtherVersionAskedFor_MixesThemAndReadsBoth([Values] MetadataVersion first)
    {
        MetadataVersion second = first == MetadataVersion.V1 ? MetadataVersion.V2 : MetadataVersion.V1;
        await StoreAsync(Id, CodMode.Write, first, Files[0], Files[1]);
        await StoreAsync(Id, CodMode.Append, second, Files[2], Files[3]);
        await using CodObject series = await _store.OpenAsync(Id, CodMode.Read);
        IReadOnlyList<Instance> instances = series.GetInstances();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(instances.Select(instance => instance.Record!.Version), Is.EqualTo(new[] { first, first, second, second }));
            for (int i = 0; i < instances.Count; i++)
            {
                InstanceScan scan = await InstanceScan.FromFileAsync(Files[i]);
                DicomJsonDataset tags = instances[i].Record!.Metadata;
                Assert.That(tags.GetString("SOPInstanceUID"), Is.EqualTo(instances[i].Record!.Uid));
                Assert.That(tags.Tags, Is.EqualTo(DicomJsonDataset.Parse(scan.DicomJson).Tags));
            }

            Assert.That((await _store.ReadAllAsync(Id)).Select(read => read.Bytes), Is.EqualTo(Files[..4].Select(File.ReadAllBytes)));
            Assert.That(await _store.VerifyAsync(Id), Is.Empty);
        }
    }

    [Test]
    public async Task AppendAsync_MixedSeries_KeepsTheVersionOfItsLastRecord()
    {
        await StoreAsync(Id, CodMode.Write, MetadataVersion.V2, Files[0]);
        await StoreAsync(Id, CodMode.Append, MetadataVersion.V1, Files[1]);
        await StoreAsync(Id, CodMode.Append, version: null, Files[2]);
        Assert.That(await ReadVersionsAsync(), Is.EqualTo(new[] { "2.0", "1.0", "1.0" }));
    }

    private static void AssertIsRecord(JsonElement record, JsonElement expected)
    {
        foreach (string member in new[] { "crc32c", "size", "offset_tables", "dependencies", "diff_hash_dupe_paths", "version" })
        {
            Assert.That(JsonComparison.FindDifference(expected.GetProperty(member), record.GetProperty(member), member), Is.Null);
        }

        JsonElement tags = expected.GetProperty("metadata");
        Assert.That(Names(record.GetProperty("metadata")), Is.EqualTo(Names(tags)));
        foreach (JsonProperty tag in tags.EnumerateObject().Where(tag => tag.Name != TagThatDiffers && !tag.Value.TryGetProperty("BulkDataURI", out _)))
        {
            Assert.That(JsonComparison.FindDifference(tag.Value, record.GetProperty("metadata").GetProperty(tag.Name), tag.Name), Is.Null);
        }
    }

    private static IEnumerable<string> Names(JsonElement element) => element.EnumerateObject().Select(member => member.Name);

    private Task<AppendResult> StoreAsync(SeriesId id, CodMode mode, MetadataVersion? version, params string[] files) =>
        _store.StoreAsync(id, mode, files.Select(file => new Instance(file)), new OpenSeriesOptions { MetadataVersion = version });

    /// <summary>One more of the same series.</summary>
    private async Task<string> CreateOtherInstanceAsync()
    {
        byte[] bytes = await File.ReadAllBytesAsync(Files[0]);
        byte[] uid = Encoding.ASCII.GetBytes((await InstanceScan.FromFileAsync(Files[0])).InstanceUid!);
        byte[] other = [.. uid[..^1], (byte)(uid[^1] == '9' ? '1' : '9')];
        for (int i = bytes.AsSpan().IndexOf(uid); i >= 0; i = bytes.AsSpan().IndexOf(uid))
        {
            other.CopyTo(bytes, i);
        }

        string path = Path.Combine(_store.Directory, "other.dcm");
        await File.WriteAllBytesAsync(path, bytes);
        return path;
    }

    private async Task<IEnumerable<string?>> ReadVersionsAsync() =>
        (await ReadMetadataAsync(Id)).EnumerateObject().Select(record => record.Value.GetProperty("version").GetString());

    private async Task<JsonElement> ReadMetadataAsync(SeriesId id)
    {
        string path = Path.Combine(_store.StorePath, "studies", id.StudyUid, "series", id.SeriesUid, "metadata.json");
        using JsonDocument document = JsonDocument.Parse(await File.ReadAllBytesAsync(path), new JsonDocumentOptions { MaxDepth = 1000 });
        return document.RootElement.GetProperty("cod").GetProperty("instances").Clone();
    }
}
