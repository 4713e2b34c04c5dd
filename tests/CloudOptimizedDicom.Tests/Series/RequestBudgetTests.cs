using System.Text.Json;
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
        Assert.That(AssertTook(8).Count(request => request.OperationClass == 'A'), Is.EqualTo(4), "lock, archive, index, metadata");
    }

    [Test]
    public async Task AppendToNothing_Takes8()
    {
        await StoreAsync(CodMode.Append, "1.dcm");
        AssertTook(8);
    }

    [Test]
    public async Task WriteOverOurs_Takes8()
    {
        await StoreAsync(CodMode.Write, "1.dcm");
        TakeRequests();
        await StoreAsync(CodMode.Write, "2.dcm");
        IReadOnlyList<RequestEntry> requests = AssertTook(8);
        Assert.That(requests.Any(request => request.Operation == GcsOperation.Media && request.Object.EndsWith(".tar", StringComparison.Ordinal)), Is.False);
    }

    [Test]
    public async Task AppendToOurs_Takes9()
    {
        await StoreAsync(CodMode.Write, "1.dcm");
        TakeRequests();
        await StoreAsync(CodMode.Append, "2.dcm");
        AssertTook(9);
    }

    [Test]
    public async Task AppendOfDuplicates_Takes5()
    {
        await StoreAsync(CodMode.Write, "1.dcm");
        TakeRequests();
        await StoreAsync(CodMode.Append, "1.dcm");
        AssertTook(5);
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
    public async Task FieldEdit_Takes6()
    {
        await StoreAsync(CodMode.Write, "1.dcm");
        TakeRequests();
        await Datastore.UpdateSeriesAsync(Study, SeriesUid, CodMode.Append, series => Task.Run(() => series.SetField("note", JsonDocument.Parse("1").RootElement)));
        AssertTook(6);
    }

    [Test]
    public async Task Remove_Takes9AsAnAppend()
    {
        await StoreAsync(CodMode.Write, "1.dcm", "2.dcm");
        TakeRequests();
        await Datastore.UpdateSeriesAsync(Study, SeriesUid, CodMode.Append, series => series.RemoveAsync([$"{SeriesUid}.1"]));
        AssertTook(9);
    }

    [Test]
    public async Task Truncate_Takes9AndFetchesNoArchive()
    {
        await StoreAsync(CodMode.Write, "1.dcm");
        TakeRequests();
        await using (CodObject series = await Datastore.OpenSeriesAsync(Study, SeriesUid, CodMode.Append))
        {
            await series.TruncateAsync();
            await series.SyncAsync(new SyncOptions { AllowEmpty = true });
        }

        IReadOnlyList<RequestEntry> requests = AssertTook(9);
        Assert.That(requests.Any(request => request.Operation == GcsOperation.Media && request.Object.EndsWith(".tar", StringComparison.Ordinal)), Is.False);
    }

    [Test]
    public async Task WriteOverPythons_Takes10()
    {
        await PutPythonsAsync();
        await StoreAsync(CodMode.Write, "4.dcm");
        IReadOnlyList<RequestEntry> requests = AssertTook(10);
        Assert.That(requests.Any(request => request.Operation == GcsOperation.Media && request.Object.EndsWith(".tar", StringComparison.Ordinal)), Is.False);
    }

    [Test]
    public async Task AppendToPythons_Takes10()
    {
        await PutPythonsAsync();
        await StoreAsync(CodMode.Append, "4.dcm");
        AssertTook(10);
        await StoreAsync(CodMode.Append, "5.dcm");
        AssertTook(9);
    }

    [Test]
    public async Task ResumeATicket_Takes2()
    {
        await StoreAsync(CodMode.Write, "1.dcm");
        await using CodObject source = await Datastore.OpenSeriesAsync(Study, SeriesUid, CodMode.Append);
        CodTicket ticket = await source.ToTicketAsync();
        TakeRequests();
        await using CodObject resumed = await Datastore.ResumeSeriesAsync(ticket);
        AssertTook(2);
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
    public async Task AppendThatHintsDecideInPart_ReadsNoSource()
    {
        await StoreAsync(CodMode.Write, "1.dcm");
        Instance hinted = await PutHintedAsync("1.dcm");
        var unhinted = new Instance(Repository.TestData("dicom", "appendset", "1.dcm"));
        AppendResult result = await Datastore.AppendToSeriesAsync(Study, SeriesUid, [unhinted, hinted]);
        Assert.That(TakeRequests().Where(request => request.Bucket == Inbox), Is.Empty);
        Assert.That(result.Same, Is.EqualTo(new[] { unhinted, hinted }), "in the order given");
    }

    [Test]
    public async Task AppendThatHintsDecide_Takes2AndNoLock()
    {
        await StoreAsync(CodMode.Write, "1.dcm", "2.dcm");
        Instance[] hinted = [await PutHintedAsync("1.dcm"), await PutHintedAsync("2.dcm")];
        AppendResult result = await Datastore.AppendToSeriesAsync(Study, SeriesUid, hinted);
        IReadOnlyList<RequestEntry> requests = TakeRequests();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(result.Same, Is.EqualTo(hinted));
            Assert.That(requests, Has.Count.EqualTo(2), Describe(requests));
            Assert.That(requests.Select(request => request.OperationClass), Is.All.EqualTo('B'));
        }
    }

    /// <summary>A file in the inbox of which everything is known.</summary>
    private async Task<Instance> PutHintedAsync(string name)
    {
        string file = Repository.TestData("dicom", "appendset", name);
        string uri = await PutAsync(name, file);
        InstanceScan scan = await InstanceScan.FromFileAsync(file);
        TakeRequests();
        return new Instance(uri)
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
    }

    /// <summary>Counts the requests since the last count.</summary>
    private IReadOnlyList<RequestEntry> AssertTook(int count)
    {
        IReadOnlyList<RequestEntry> requests = TakeRequests();
        Assert.That(requests, Has.Count.EqualTo(count), Describe(requests));
        return requests;
    }

    private static string Describe(IEnumerable<RequestEntry> requests) =>
        string.Join('\n', requests.Select(request => $"{request.Method} {request.Operation} {request.Object} {request.Status}"));

    private Task StoreAsync(CodMode mode, params string[] files) => Datastore.UpdateSeriesAsync(
        Study, SeriesUid, mode, series => series.AppendAsync(files.Select(file => new Instance(Repository.TestData("dicom", "appendset", file)))));
}
