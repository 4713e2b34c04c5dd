using CloudOptimizedDicom.Testing.Requests;

namespace CloudOptimizedDicom.Tests.Series;

/// <summary>How many requests each operation on a bucket makes, counted where they arrive.</summary>
public sealed class RequestBudgetTests : CloudStorageFixture
{
    private const string Study = "1.2.826.0.1.3680043.8.498.7001.93";
    private const string SeriesUid = Study + ".1";

    [Test]
    public async Task WriteNew_Takes8()
    {
        await StoreAsync(CodMode.Write, "1.dcm", "2.dcm");
        IReadOnlyList<RequestEntry> requests = TakeRequests();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(requests, Has.Count.EqualTo(8), Describe(requests));
            Assert.That(requests.Count(request => request.OperationClass == 'A'), Is.EqualTo(4), "lock, archive, index, metadata");
        }
    }

    [Test]
    public async Task AppendToNothing_Takes8()
    {
        await StoreAsync(CodMode.Append, "1.dcm");
        IReadOnlyList<RequestEntry> requests = TakeRequests();
        Assert.That(requests, Has.Count.EqualTo(8), Describe(requests));
    }

    [Test]
    public async Task WriteOverOurs_Takes8()
    {
        await StoreAsync(CodMode.Write, "1.dcm");
        TakeRequests();
        await StoreAsync(CodMode.Write, "2.dcm");
        IReadOnlyList<RequestEntry> requests = TakeRequests();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(requests, Has.Count.EqualTo(8), Describe(requests));
            Assert.That(requests.Any(request => request.Operation == GcsOperation.Media && request.Object.EndsWith(".tar", StringComparison.Ordinal)), Is.False);
        }
    }

    [Test]
    public async Task AppendToOurs_Takes9()
    {
        await StoreAsync(CodMode.Write, "1.dcm");
        TakeRequests();
        await StoreAsync(CodMode.Append, "2.dcm");
        IReadOnlyList<RequestEntry> requests = TakeRequests();
        Assert.That(requests, Has.Count.EqualTo(9), Describe(requests));
    }

    [Test]
    public async Task AppendOfDuplicates_Takes5()
    {
        await StoreAsync(CodMode.Write, "1.dcm");
        TakeRequests();
        await StoreAsync(CodMode.Append, "1.dcm");
        IReadOnlyList<RequestEntry> requests = TakeRequests();
        Assert.That(requests, Has.Count.EqualTo(5), Describe(requests));
    }

    [Test]
    public async Task AppendOfAConflict_Takes6AndThatOfTheSource()
    {
        await StoreAsync(CodMode.Write, "2.dcm");
        string conflicting = await PutAsync("2.dcm", Repository.TestData("dicom", "appendset", "2_diffheader.dcm"));
        TakeRequests();
        await Datastore.UpdateSeriesAsync(Study, SeriesUid, CodMode.Append, series => series.AppendAsync([new Instance(conflicting)]));
        IReadOnlyList<RequestEntry> requests = TakeRequests();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(requests.Where(request => request.Bucket == Archive).ToList(), Has.Count.EqualTo(6), Describe(requests));
            Assert.That(requests.Where(request => request.Bucket == Inbox).ToList(), Has.Count.EqualTo(1), Describe(requests));
        }
    }

    [Test]
    public async Task OpenAndRead_Takes2And1EachInstance()
    {
        await StoreAsync(CodMode.Write, "1.dcm", "2.dcm");
        TakeRequests();
        await using CodObject series = await Datastore.OpenSeriesAsync(Study, SeriesUid, CodMode.Read);
        Assert.That(TakeRequests(), Has.Count.EqualTo(2));
        foreach (Instance instance in series.GetInstances())
        {
            await using Stream stream = await series.OpenInstanceAsync(instance);
            await stream.CopyToAsync(Stream.Null);
            IReadOnlyList<RequestEntry> requests = TakeRequests();
            Assert.That(requests, Has.Count.EqualTo(1), Describe(requests));
            Assert.That(requests[0].BytesDown, Is.EqualTo(instance.Record!.SizeBytes));
        }
    }

    [Test]
    public async Task AppendThatHintsDecide_ReadsNoSource()
    {
        await StoreAsync(CodMode.Write, "1.dcm");
        string file = Repository.TestData("dicom", "appendset", "1.dcm");
        string uri = await PutAsync("1.dcm", file);
        InstanceScan scan = await InstanceScan.FromFileAsync(file);
        var hinted = new Instance(uri)
        {
            Hints = new Hints
            {
                InstanceUid = scan.InstanceUid,
                SeriesUid = scan.SeriesUid,
                StudyUid = scan.StudyUid,
                SizeBytes = scan.SizeBytes,
                Crc32c = scan.Crc32c,
            },
        };
        TakeRequests();
        var unhinted = new Instance(file);
        AppendResult? result = null;
        await Datastore.UpdateSeriesAsync(
            Study, SeriesUid, CodMode.Append, async series => result = await series.AppendAsync([unhinted, hinted]));
        Assert.That(TakeRequests().Where(request => request.Bucket == Inbox), Is.Empty);
        Assert.That(result!.Same, Is.EqualTo(new[] { unhinted, hinted }), "in the order given");
    }

    private static string Describe(IEnumerable<RequestEntry> requests) =>
        string.Join('\n', requests.Select(request => $"{request.Method} {request.Operation} {request.Object} {request.Status}"));

    private Task StoreAsync(CodMode mode, params string[] files) => Datastore.UpdateSeriesAsync(
        Study, SeriesUid, mode, series => series.AppendAsync(files.Select(file => new Instance(Repository.TestData("dicom", "appendset", file)))));
}
