using System.Diagnostics;
using CloudOptimizedDicom.Storage.GoogleCloud;
using CloudOptimizedDicom.Testing.Faults;
using CloudOptimizedDicom.Testing.Requests;

namespace CloudOptimizedDicom.Tests.Diagnostics;

/// <summary>Each operation is a span, and its requests are the children of it.</summary>
public sealed class TracedTests : TelemetryFixture
{
    [Test]
    public async Task Append_Spans_AreOpenAppendAndSyncWithTheirRequests()
    {
        await AppendAsync("1.dcm", "2.dcm");
        Activity sync = Spans.Single("cod.sync");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Names(), Is.EqualTo(new[] { "cod.open", "cod.append", "cod.sync" }));
            Assert.That(Spans.ChildrenOf(Spans.Single("cod.open")), Has.Count.EqualTo(4), "error log, metadata, lock, metadata again");
            Assert.That(Spans.ChildrenOf(sync).Select(request => request.GetTagItem("cod.object.uri")), Is.EqualTo(new[]
            {
                $"{SeriesUri}.tar", $"{SeriesUri}/index.sqlite", $"{SeriesUri}/metadata.json",
            }));
            Assert.That(Spans.ChildrenOf(sync).Select(request => request.Kind), Is.All.EqualTo(ActivityKind.Client));
            Assert.That(sync.GetTagItem("cod.series.uri"), Is.EqualTo(SeriesUri));
            Assert.That(sync.GetTagItem("cod.count"), Is.EqualTo(2));
            Assert.That(Spans.Single("cod.open").GetTagItem("cod.mode"), Is.EqualTo("Append"));
        }
    }

    [Test]
    public async Task Reads_Spans_HaveTheirRequestsAndLeaveTheCallersSpanAlone()
    {
        await AppendAsync("1.dcm", "2.dcm");
        await using CodObject series = await OpenSeriesAsync(CodMode.Read);
        using Activity callers = new Activity("caller").Start();
        byte[] whole = await series.ReadInstanceAsync($"{SeriesUid}.1");
        FrameKey[] wanted = [new FrameKey($"{SeriesUid}.1", 1), new FrameKey($"{SeriesUid}.2", 1)];
        await foreach (DicomFrame frame in series.ReadFramesAsync(wanted, new FrameReadOptions { MaxRequestBytes = 1, MaxAheadBytes = 1 }))
        {
            Assert.That(Activity.Current, Is.SameAs(callers), $"frame {frame.FrameNumber}");
        }

        Activity instance = Spans.Single("cod.read_instance");
        Activity frames = Spans.Single("cod.read_frames");
        using (Assert.EnterMultipleScope())
        {
            Assert.That((instance.ParentSpanId, frames.ParentSpanId), Is.EqualTo((callers.SpanId, callers.SpanId)));
            Assert.That(instance.GetTagItem("cod.bytes"), Is.EqualTo((long)whole.Length));
            Assert.That(Spans.ChildrenOf(instance), Has.Count.EqualTo(1));
            Assert.That(frames.GetTagItem("cod.count"), Is.EqualTo(2));
            Assert.That(Spans.ChildrenOf(frames), Has.Count.EqualTo(2));
        }
    }

    [Test]
    public async Task VerifyRepairAndDelete_Spans_NameTheSeries()
    {
        await AppendAsync("1.dcm");
        await Datastore.Store.DeleteAsync($"cod/studies/{Study}/series/{SeriesUid}/index.sqlite", default);
        await Listened.VerifySeriesAsync(Study, SeriesUid);
        RepairReport repaired = await Listened.RepairSeriesAsync(Study, SeriesUid);
        await Listened.DeleteSeriesAsync(Study, SeriesUid);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Names().Skip(3), Is.EqualTo(new[] { "cod.verify", "cod.repair", "cod.delete" }));
            Assert.That(Spans.Single("cod.verify").GetTagItem("cod.count"), Is.EqualTo(1));
            Assert.That(Spans.Single("cod.repair").GetTagItem("cod.count"), Is.EqualTo(repaired.Actions.Count).And.GreaterThan(0));
            Assert.That(Spans.Single("cod.delete").GetTagItem("cod.series.uri"), Is.EqualTo(SeriesUri));
            Assert.That(Counted.Sum("cod.repair.actions"), Is.EqualTo(repaired.Actions.Count));
        }
    }

    [Test]
    public void Open_SeriesThatIsNotThere_IsAnErrorOfItsType()
    {
        Assert.That(() => OpenSeriesAsync(CodMode.Read), Throws.InstanceOf<CodObjectNotFoundException>());
        Activity open = Spans.Single("cod.open");
        Assert.That((open.Status, open.GetTagItem("error.type")), Is.EqualTo((ActivityStatusCode.Error, typeof(CodObjectNotFoundException).FullName)));
    }

    [Test]
    public async Task Requests_TriedAgain_AreASpanEach()
    {
        await AppendAsync("1.dcm");
        await using CodObject series = await OpenSeriesAsync(CodMode.Read);
        Emulator.Faults.Add(new FaultRule { Action = FaultAction.Refuse(503), Operation = GcsOperation.Media, AtMatch = 1 });
        await series.ReadInstanceAsync($"{SeriesUid}.1");
        IReadOnlyList<Activity> requests = Spans.ChildrenOf(Spans.Single("cod.read_instance"));
        Assert.That(
            requests.Select(request => (request.GetTagItem("cod.attempt"), request.GetTagItem("http.response.status_code"), request.Status)),
            Is.EqualTo(new (object?, object?, ActivityStatusCode)[] { (1, 503, ActivityStatusCode.Error), (2, 206, ActivityStatusCode.Unset) }));
    }

    [Test]
    public async Task Telemetry_WithACredential_NamesNoToken()
    {
        const string token = "ya29.secret";
        await using CodDatastore datastore = await OpenListenedAsync(
            new CodDatastoreOptions { Credential = GcsCredential.FromTokenSource(_ => ValueTask.FromResult(token)) });
        await datastore.AppendToSeriesAsync(Study, SeriesUid, [File("1.dcm")]);
        IEnumerable<object?> values =
            [.. Spans.Ended.SelectMany(span => span.TagObjects).Select(tag => tag.Value), .. Counted.Measurements.SelectMany(measurement => measurement.Tags.Values)];
        Assert.That(values.Select(value => $"{value}"), Has.None.Contain(token).And.None.Contain("http://"));
    }

    private IEnumerable<string> Names() => Spans.Ended.Select(span => span.OperationName).Where(name => name != "cod.store.request");
}
