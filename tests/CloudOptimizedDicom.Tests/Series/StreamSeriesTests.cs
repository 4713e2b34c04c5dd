using CloudOptimizedDicom.Storage;
using CloudOptimizedDicom.Testing.Requests;

namespace CloudOptimizedDicom.Tests.Series;

/// <summary>Whole series in one request: streamed, extracted under names of the caller's choice, and gone on with.</summary>
public sealed class StreamSeriesTests : SyntheticSeriesFixture
{
    [Test]
    public async Task StreamSeriesAsync_StoredSeries_IsOneRequestInTheOrderOfTheArchive([Values] bool isPythons)
    {
        await StoreAsync(100, 2_000_000, 7, 300_000);
        if (isPythons)
        {
            await ForgetArchiveAsync();
        }

        await using CodObject series = await OpenSeriesAsync();
        TakeRequests();
        var read = new List<byte[]>();
        await foreach (StreamedInstance streamed in series.StreamSeriesAsync())
        {
            using var copy = new MemoryStream();
            await streamed.Content.CopyToAsync(copy);
            read.Add(copy.ToArray());
            Assert.That(streamed.Instance.Record!.Uid, Is.EqualTo(SyntheticInstance.Uid(read.Count)));
        }

        IReadOnlyList<RequestEntry> requests = TakeRequests();
        Assert.That(read.Zip(Stored).All(pair => pair.First.AsSpan().SequenceEqual(pair.Second)) && read.Count == Stored.Count);
        Assert.That(requests, Has.Count.EqualTo(1), Describe(requests));
    }

    [Test]
    public async Task StreamSeriesAsync_OtherBytesInTheArchive_GivesNoneOfThemOut()
    {
        await StoreAsync(100, 300_000);
        await ForgetArchiveAsync();
        await using CodObject series = await OpenSeriesAsync();
        byte[] zeros = new byte[series.GetInstances()[^1].Record!.ArchiveRange.End];
        await Datastore.Store.UploadAsync(Names.Tar, ObjectUpload.FromMemory(zeros), ObjectPrecondition.None);
        Assert.That(async () => await series.StreamSeriesAsync().CountAsync(), Throws.InstanceOf<HashMismatchException>());
    }

    [Test]
    public async Task ExtractAsync_SomeFilesThere_FetchesOnlyWhatLiesBetweenTheMissing()
    {
        await StoreAsync(100_000, 100_000, 100_000, 100_000);
        await using CodObject series = await OpenSeriesAsync();
        string folder = Path.Combine(Files, "out");
        IReadOnlyList<string> files = await series.ExtractAsync(folder);
        TakeRequests();
        await series.ExtractAsync(folder);
        Assert.That(TakeRequests(), Is.Empty, "all there");
        File.Delete(files[1]);
        await File.WriteAllBytesAsync(files[2], new byte[Stored[2].Length]);
        await series.ExtractAsync(folder);
        IReadOnlyList<RequestEntry> requests = TakeRequests();
        Assert.That(requests, Has.Count.EqualTo(1), Describe(requests));
        Assert.That(requests[0].BytesDown, Is.LessThan(Stored[1].Length + Stored[2].Length + 4096));
        Assert.That(files.Select(File.ReadAllBytes), Is.EqualTo(Stored));
    }

    [Test]
    public async Task ExtractAsync_Template_NamesFilesBelowTheDirectory()
    {
        await StoreAsync(10, 10);
        await using CodObject series = await OpenSeriesAsync();
        string folder = Path.Combine(Files, "out");
        IReadOnlyList<string> files = await series.ExtractAsync(folder, new ExtractOptions { NameTemplate = "{study}/{series}/{number}-{index}.dcm" });
        Assert.That(
            files.Select(file => Path.GetRelativePath(folder, file).Replace('\\', '/')),
            Is.EqualTo(["1.2.3/1.2.3.4/000001-000000.dcm", "1.2.3/1.2.3.4/000002-000001.dcm"]));
        Assert.That(files.Select(File.ReadAllBytes), Is.EqualTo(Stored));
    }

    [Test]
    public async Task ExtractAsync_SeriesChangedSinceItWasOpened_WritesTheNewOneUnderItsNames()
    {
        await StoreAsync(100, 100, 100);
        await using CodObject series = await OpenSeriesAsync();
        string folder = Path.Combine(Files, "out");
        var options = new ExtractOptions { NameTemplate = "{index}.dcm" };
        IReadOnlyList<string> files = await series.ExtractAsync(folder, options);
        File.Delete(files[0]);
        await Datastore.UpdateSeriesAsync(Id.StudyUid, Id.SeriesUid, CodMode.Append, writer => writer.RemoveAsync([SyntheticInstance.Uid(1)]));
        files = await series.ExtractAsync(folder, options);
        Assert.That(files.Select(File.ReadAllBytes), Is.EqualTo(Stored.Skip(1)));
    }

    [TestCase("../{instance}.dcm")]
    [TestCase("/tmp/{instance}.dcm")]
    [TestCase("a/../../{instance}")]
    [TestCase("a\\{instance}")]
    [TestCase("C:{instance}")]
    [TestCase("{patient}.dcm")]
    [TestCase("same.dcm")]
    public async Task ExtractAsync_TemplateThatLeadsOutOrNamesTwoAlike_IsRefused(string template)
    {
        await StoreAsync(10, 10);
        await using CodObject series = await OpenSeriesAsync();
        string folder = Path.Combine(Files, "out");
        Assert.That(() => series.ExtractAsync(folder, new ExtractOptions { NameTemplate = template }), Throws.ArgumentException);
        Assert.That(Directory.Exists(folder), Is.False);
    }

    [Test]
    public async Task RefreshAsync_AsksOnceAndFetchesOnlyWhatIsNew()
    {
        await StoreAsync(10, 10);
        await using CodObject series = await OpenSeriesAsync();
        TakeRequests();
        Assert.That(await series.RefreshAsync(), Is.False);
        IReadOnlyList<RequestEntry> requests = TakeRequests();
        Assert.That(requests.Select(request => (request.Status, request.BytesDown)), Is.EqualTo(new[] { ((int?)304, 0L) }), Describe(requests));
        string third = SyntheticInstance.Write(Files, 3, 10);
        await Datastore.UpdateSeriesAsync(Id.StudyUid, Id.SeriesUid, CodMode.Append, writer => writer.AppendAsync([new Instance(third)]));
        Assert.That(await series.RefreshAsync(), Is.True);
        Assert.That(await series.ReadInstanceAsync(SyntheticInstance.Uid(3)), Is.EqualTo(await File.ReadAllBytesAsync(third)));
        await Datastore.DeleteSeriesAsync(Id.StudyUid, Id.SeriesUid);
        Assert.That(() => series.RefreshAsync(), Throws.InstanceOf<CodObjectNotFoundException>());
    }

    [Test]
    public async Task OpenSeriesAsync_WithACache_FetchesMetadataOnlyWhenItIsNew()
    {
        await StoreAsync(10, 10);
        await using CodDatastore server = await CodDatastore.OpenAsync(
            Datastore.Uri, new CodDatastoreOptions { Endpoint = Emulator.Endpoint, MetadataCacheBytes = 1_000_000 });
        for (int open = 0; open < 3; open++)
        {
            await using CodObject series = await server.OpenSeriesAsync(Id.StudyUid, Id.SeriesUid, CodMode.Read);
            Assert.That(series.GetInstances(), Has.Count.EqualTo(2));
            Assert.That(TakeRequests().Count(request => request.Status == 304), Is.EqualTo(open == 0 ? 0 : 1));
        }

        string third = SyntheticInstance.Write(Files, 3, 10);
        await server.UpdateSeriesAsync(Id.StudyUid, Id.SeriesUid, CodMode.Append, writer => writer.AppendAsync([new Instance(third)]));
        await using CodObject changed = await server.OpenSeriesAsync(Id.StudyUid, Id.SeriesUid, CodMode.Read);
        Assert.That(changed.GetInstances(), Has.Count.EqualTo(3));
    }
}
