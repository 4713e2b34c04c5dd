using System.Text.Json;
using System.Text.Json.Nodes;
using CloudOptimizedDicom.Compression;
using CloudOptimizedDicom.Storage;
using CloudOptimizedDicom.Tests.Golden;

namespace CloudOptimizedDicom.Tests.Series;

/// <summary>Whole stores that are copied, with series of every origin.</summary>
public sealed class CopyStoreTests : CopyFixture
{
    private static readonly JsonDocumentOptions Deep = new() { MaxDepth = 1000 };

    private static readonly GoldenSeries[] Pythons =
    [
        .. GoldenSeries.All().Where(series => series.Instances.Any() && File.Exists(Repository.TestData("cod", series.Case, "series.tar"))).DistinctBy(series => series.Id),
    ];

    [Test]
    public async Task CopySeriesAsync_StoreFromDirectoryToBucketToDirectory_IsEqualObjectByObject()
    {
        CodDatastore first = await OpenAsync(StoreKind.Directory, "first");
        CodDatastore bucket = await OpenAsync(StoreKind.Bucket, Here);
        CodDatastore last = await OpenAsync(StoreKind.Directory, "last");
        foreach (GoldenSeries series in Pythons)
        {
            series.CopyTo(StorePath("first"));
        }

        await StoreOursAsync(first);
        List<SeriesId> ids = await first.ListSeriesAsync().Select(listing => listing.Id).ToListAsync();
        foreach (SeriesId id in ids)
        {
            await CopyAsync(first, bucket, id: id);
            await CopyAsync(bucket, last, id: id);
        }

        Dictionary<string, byte[]> before = await ReadObjectsAsync(first.Store);
        Dictionary<string, byte[]> between = await ReadObjectsAsync(bucket.Store);
        Dictionary<string, byte[]> after = await ReadObjectsAsync(last.Store);
        Assert.That(ids, Has.Count.EqualTo(Pythons.Length + 1).And.Count.GreaterThan(40));
        Assert.That(before.Keys, Has.Some.EndsWith("/thumbnail.jpg"));
        Assert.That(after.Keys, Is.EquivalentTo(before.Keys));
        Assert.That(between.Keys.Select(name => name["cod/".Length..]), Is.EquivalentTo(before.Keys));
        using (Assert.EnterMultipleScope())
        {
            foreach ((string name, byte[] bytes) in before)
            {
                bool isMetadata = name.EndsWith("/metadata.json", StringComparison.Ordinal);
                Assert.That(isMetadata ? Compare(bytes, after[name]) : Compare(bytes.AsSpan().SequenceEqual(after[name])), Is.Null, name);
                Assert.That(isMetadata ? Compare(bytes, between["cod/" + name]) : Compare(bytes.AsSpan().SequenceEqual(between["cod/" + name])), Is.Null, name);
            }

            foreach (SeriesId id in ids)
            {
                Assert.That(await VerifyAsync(last, id), Is.EqualTo(await VerifyAsync(first, id)), id.ToString());
                Assert.That((await CopyAsync(first, last, id: id)).Outcome, Is.EqualTo(CopyOutcome.Same), id.ToString());
            }
        }
    }

    [Test]
    public async Task CopySeriesAsync_Metadata_NamesTheNewPlace()
    {
        CodDatastore first = await OpenAsync(StoreKind.Directory, "first");
        CodDatastore bucket = await OpenAsync(StoreKind.Bucket, There);
        await StoreOursAsync(first);
        await CopyAsync(first, bucket);
        await using CodObject read = await bucket.OpenSeriesAsync(Id.StudyUid, Id.SeriesUid, CodMode.Read);
        JsonNode cod = JsonNode.Parse(ToJson((await ReadObjectsAsync(bucket.Store))[$"cod/{Id.Path}/metadata.json"]))!["cod"]!;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(read.GetInstances().Select(instance => instance.Record!.Uri), Is.All.StartsWith($"gs://{There}/cod/{Id.Path}.tar://instances/"));
            Assert.That(read.GetField("thumbnail")!.Value.GetProperty("uri").GetString(), Is.EqualTo($"gs://{There}/cod/{Id.Path}/thumbnail.jpg"));
            Assert.That(read.GetField("note")!.Value.GetRawText(), Is.EqualTo("""{"a":[1,2.50]}"""), "byte for byte");
            Assert.That(cod["tar"]!["generation"]!.GetValue<string>(), Is.EqualTo($"{Emulator.Core.Find(There, $"cod/{Id.Path}.tar")!.Generation}"));
            Assert.That(cod["index"]!["generation"]!.GetValue<string>(), Is.EqualTo($"{Emulator.Core.Find(There, $"cod/{Id.Path}/index.sqlite")!.Generation}"));
        }
    }

    /// <summary>A series with a field and a thumbnail.</summary>
    private async Task StoreOursAsync(CodDatastore datastore)
    {
        await StoreAsync(datastore, 1, 2);
        await File.WriteAllBytesAsync(Path.Combine(StorePath("first"), Id.Path, "thumbnail.jpg"), [1, 2, 3]);
        await datastore.UpdateSeriesAsync(Id.StudyUid, Id.SeriesUid, CodMode.Append, series => Task.Run(() =>
        {
            series.SetField("thumbnail", JsonDocument.Parse("""{"version": 1, "uri": "gs://elsewhere/thumbnail.jpg"}""").RootElement);
            series.SetField("note", JsonDocument.Parse("""{ "a" : [1,  2.50] }""").RootElement);
        }));
    }

    private static async Task<Dictionary<string, byte[]>> ReadObjectsAsync(IObjectStore store)
    {
        var objects = new Dictionary<string, byte[]>();
        await foreach (ObjectListEntry entry in store.ListAsync(""))
        {
            await using ObjectContent content = (await store.OpenReadAsync(entry.Name))!;
            objects[entry.Name] = (await content.TryReadToEndAsync(CancellationToken.None))!;
        }

        return objects;
    }

    private static async Task<IEnumerable<string>> VerifyAsync(CodDatastore datastore, SeriesId id) =>
        (await datastore.VerifySeriesAsync(id.StudyUid, id.SeriesUid)).Findings.Select(finding => $"{finding.Kind} {finding.IsDamage}");

    private static string? Compare(bool isEqual) => isEqual ? null : "other bytes";

    /// <summary>The first difference but for what FORMAT.md says a copy derives anew.</summary>
    private static string? Compare(byte[] expected, byte[] actual) => JsonComparison.FindDifference(WithoutPlace(expected), WithoutPlace(actual));

    private static JsonElement WithoutPlace(byte[] stored)
    {
        JsonNode root = JsonNode.Parse(GoldenInstance.QuoteBareNumbers(ToJson(stored)), documentOptions: Deep)!;
        JsonObject cod = root["cod"]!.AsObject();
        cod.Remove("tar");
        cod.Remove("index");
        (root["thumbnail"] as JsonObject)?.Remove("uri");
        foreach ((_, JsonNode? record) in cod["instances"]!.AsObject())
        {
            record!.AsObject().Remove("uri");
        }

        return JsonDocument.Parse(root.ToJsonString(new JsonSerializerOptions { MaxDepth = Deep.MaxDepth }), Deep).RootElement;
    }

    private static string ToJson(byte[] stored)
    {
        if (!Gzip.IsGzip(stored))
        {
            return System.Text.Encoding.UTF8.GetString(stored);
        }

        var json = new System.Buffers.ArrayBufferWriter<byte>();
        Gzip.Decompress(stored, json, int.MaxValue);
        return System.Text.Encoding.UTF8.GetString(json.WrittenSpan);
    }
}
