using CloudOptimizedDicom.Testing.Requests;

namespace CloudOptimizedDicom.Tests.Series;

/// <summary>What a plan says, beside what storing then does as the emulator's log has it.</summary>
public sealed class PlanIngestTests : CloudStorageFixture
{
    private const string Study = "1.2.826.0.1.3680043.8.498.7001.93";
    private const string SeriesUid = Study + ".1";

    [Test]
    public Task Plan_NewSeriesFromHints_IsWhatStoringDoes() => AssertPlanHoldsAsync(() => HintedAsync("1.dcm", "2.dcm"), requests: 8 + 2);

    [Test]
    public Task Plan_NewSeriesWithoutHints_CountsTheHeaders() => AssertPlanHoldsAsync(() => UnhintedAsync("1.dcm", "2.dcm"), requests: 8 + 4);

    [Test]
    public Task Plan_NewSeriesFromFiles_CountsNoSources() => AssertPlanHoldsAsync(() => FilesAsync("1.dcm", "2.dcm"), requests: 8);

    [Test]
    public async Task Plan_AppendToOurs_IsWhatStoringDoes()
    {
        await StoreAsync("1.dcm", "2.dcm");
        await AssertPlanHoldsAsync(() => HintedAsync("2.dcm", "3.dcm", "4.dcm"), requests: 9 + 2);
    }

    [Test]
    public async Task Plan_AppendToPythons_IsWhatStoringDoes()
    {
        await PutPythonsAsync();
        await AssertPlanHoldsAsync(() => HintedAsync("2.dcm", "4.dcm"), requests: 10 + 1);
    }

    [Test]
    public async Task Plan_AppendToASeriesWithoutInstances_IsWhatStoringDoes()
    {
        await StoreAsync("1.dcm");
        await using (CodObject series = await Datastore.OpenSeriesAsync(Study, SeriesUid, CodMode.Append))
        {
            await series.TruncateAsync();
            await series.SyncAsync(new SyncOptions { AllowEmpty = true });
        }

        await AssertPlanHoldsAsync(() => HintedAsync("2.dcm"), requests: 9 + 1);
    }

    [Test]
    public async Task Plan_OnlyDuplicatesByHints_Takes2()
    {
        await StoreAsync("1.dcm", "2.dcm");
        await AssertPlanHoldsAsync(() => HintedAsync("1.dcm", "2.dcm"), requests: 2);
    }

    [Test]
    public async Task Plan_OnlyDuplicatesByTheirHeaders_Takes2AndTheHeaders()
    {
        await StoreAsync("1.dcm", "2.dcm");
        await AssertPlanHoldsAsync(() => UnhintedAsync("1.dcm", "2.dcm"), requests: 2 + 2);
    }

    [Test]
    public async Task Plan_OnlyDuplicatesFromFiles_Takes5()
    {
        await StoreAsync("1.dcm", "2.dcm");
        await AssertPlanHoldsAsync(() => FilesAsync("1.dcm", "2.dcm"), requests: 5);
    }

    [Test]
    public async Task Plan_Conflict_TakesItsNoteOnce()
    {
        await StoreAsync("2.dcm");
        await AssertPlanHoldsAsync(() => HintedAsync("2_diffheader.dcm"), requests: 6 + 1);
        await AssertPlanHoldsAsync(() => HintedAsync("2_diffheader.dcm"), requests: 5 + 1);
    }

    [Test]
    public async Task Plan_ConflictOfAFile_IsNotNoted()
    {
        await StoreAsync("2.dcm");
        await AssertPlanHoldsAsync(() => FilesAsync("2_diffheader.dcm"), requests: 5);
    }

    [Test]
    public Task Plan_SameUidTwiceInTheInput_TellsSameFromConflict() =>
        AssertPlanHoldsAsync(() => HintedAsync("1.dcm", "2.dcm", "2_diffheader.dcm"), requests: 8 + 3);

    [Test]
    public async Task Plan_WriteOverOurs_IsWhatStoringDoes()
    {
        await StoreAsync("1.dcm");
        await AssertPlanHoldsAsync(() => HintedAsync("2.dcm"), requests: 8 + 1, new IngestOptions { Mode = CodMode.Write });
    }

    [Test]
    public async Task Plan_WriteOverPythons_IsWhatStoringDoes()
    {
        await PutPythonsAsync();
        await AssertPlanHoldsAsync(() => HintedAsync("4.dcm"), requests: 10 + 1, new IngestOptions { Mode = CodMode.Write });
    }

    [Test]
    public async Task Plan_WriteThatMayNotReplace_SaysSo()
    {
        await StoreAsync("1.dcm");
        async Task<Instance[]> WithAMissingOneAsync() => [.. await FilesAsync("2.dcm"), new Instance("none.dcm")];
        List<SeriesPlan> plans = await PlanAsync(await WithAMissingOneAsync(), new IngestOptions { Mode = CodMode.Write });
        TakeRequests();
        List<SeriesIngest> results = await IngestAsync(await WithAMissingOneAsync(), new IngestOptions { Mode = CodMode.Write });
        Assert.That(Describe(plans.Select(plan => plan.Outcome)), Is.EqualTo(Describe(results)));
        Assert.That(TakeRequests(), Has.Count.EqualTo((int)plans.Sum(plan => plan.Cost.Requests)));
    }

    [Test]
    public async Task Plan_LimitsOfTheAppend_AreThoseOfStoring()
    {
        var options = new IngestOptions { Append = new AppendOptions { MaxSeriesBytes = 4000 } };
        List<SeriesPlan> plans = await PlanAsync(await HintedAsync("1.dcm", "2.dcm", "3.dcm"), options);
        List<SeriesIngest> results = await IngestAsync(await HintedAsync("1.dcm", "2.dcm", "3.dcm"), options);
        Assert.That(Describe(plans.Select(plan => plan.Outcome)), Is.EqualTo(Describe(results)));
        Assert.That((results.Single().New.Count, results.Single().Errors.Count), Is.EqualTo((1, 2)));
    }

    [Test]
    public async Task Plan_InstancesThatStoringRefuses_AreRefused()
    {
        async Task<Instance[]> MakeAsync()
        {
            Instance[] hinted = await HintedAsync("1.dcm", "2.dcm");
            return
            [
                hinted[0],
                new Instance(hinted[1].DicomUri) { Hints = hinted[1].Hints, UidHasher = uid => uid },
                new Instance("s3://inbox/3.dcm") { Hints = hinted[0].Hints with { InstanceUid = "1.2.3" } },
                new Instance("gs://Not a bucket/4.dcm") { Hints = hinted[0].Hints with { InstanceUid = "1.2.4" } },
                new Instance(Repository.TestData("dicom", "odd_no_preamble", "odd_no_preamble.dcm")),
            ];
        }

        List<SeriesPlan> plans = await PlanAsync(await MakeAsync(), new IngestOptions());
        List<SeriesIngest> results = await IngestAsync(await MakeAsync(), new IngestOptions());
        Assert.That(Describe(plans.Select(plan => plan.Outcome)), Is.EqualTo(Describe(results)));
        Assert.That((results.Sum(result => result.New.Count), results.Sum(result => result.Errors.Count)), Is.EqualTo((1, 4)));
    }

    [Test]
    public async Task Plan_WritesNothingAndTakesNoLock()
    {
        await StoreAsync("1.dcm");
        Instance[] instances = await HintedAsync("1.dcm", "2.dcm");
        TakeRequests();
        await PlanAsync(instances, new IngestOptions());
        Assert.That(TakeRequests().Select(request => request.OperationClass), Is.All.EqualTo('B'));
    }

    private async Task AssertPlanHoldsAsync(Func<Task<Instance[]>> make, int requests, IngestOptions? options = null)
    {
        List<SeriesPlan> plans = await PlanAsync(await make(), options ?? new IngestOptions());
        Instance[] instances = await make();
        TakeRequests();
        List<SeriesIngest> results = await IngestAsync(instances, options ?? new IngestOptions());
        IReadOnlyList<RequestEntry> made = TakeRequests();
        RequestEstimate cost = plans.Aggregate(default(RequestEstimate), (sum, plan) => sum + plan.Cost);
        long archiveBytes = made.Where(request => request.OperationClass == 'A' && request.Object.EndsWith(".tar", StringComparison.Ordinal))
            .Sum(request => Emulator.Core.Find(Archive, request.Object)!.SizeBytes);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Describe(plans.Select(plan => plan.Outcome)), Is.EqualTo(Describe(results)));
            Assert.That(made.Count(request => request.OperationClass == 'A'), Is.EqualTo(cost.ClassA), "class A");
            Assert.That(made.Count(request => request.OperationClass == 'B'), Is.EqualTo(cost.ClassB), "class B");
            Assert.That(made.Count(request => request.OperationClass is null), Is.EqualTo(cost.Free), "free");
            Assert.That(made, Has.Count.EqualTo(requests));
            Assert.That(BytesDown(made), Is.EqualTo(cost.BytesDown), "bytes down");
            Assert.That(archiveBytes, Is.EqualTo(cost.BytesUp), "bytes up");
            Assert.That(plans.Sum(plan => plan.ArchiveBytes), Is.EqualTo(cost.BytesUp), "bytes of archives");
        }
    }

    private static long BytesDown(IEnumerable<RequestEntry> requests) =>
        requests.Where(request => request is { Operation: GcsOperation.Media, Status: 200 or 206 }).Sum(request => request.BytesDown);

    private static string Describe(IEnumerable<SeriesIngest> results) => string.Join('\n', results.Select(result => string.Join("; ",
        $"{result.Id}",
        Describe("new", result.New),
        Describe("same", result.Same),
        Describe("conflict", result.Conflict),
        Describe("errors", result.Errors.Select(error => error.Instance)))).Order());

    private static string Describe(string list, IEnumerable<Instance> instances) => $"{list}: {string.Join(", ", instances.Select(instance => instance.OriginalPath))}";

    private async Task<List<SeriesPlan>> PlanAsync(Instance[] instances, IngestOptions options) =>
        await Datastore.PlanIngestAsync(instances.ToAsyncEnumerable(), options).ToListAsync();

    private async Task<List<SeriesIngest>> IngestAsync(Instance[] instances, IngestOptions options) =>
        await Datastore.IngestAsync(instances.ToAsyncEnumerable(), options).ToListAsync();

    private Task StoreAsync(params string[] names) => Datastore.UpdateSeriesAsync(Study, SeriesUid, CodMode.Write, async series => await series.AppendAsync(await FilesAsync(names)));

    private static Task<Instance[]> FilesAsync(params string[] names) =>
        Task.FromResult<Instance[]>([.. names.Select(name => new Instance(Repository.TestData("dicom", "appendset", name)))]);

    private async Task<Instance[]> UnhintedAsync(params string[] names)
    {
        var instances = new List<Instance>();
        foreach (string name in names)
        {
            instances.Add(new Instance(await PutAsync(name, Repository.TestData("dicom", "appendset", name))));
        }

        return [.. instances];
    }

    private async Task<Instance[]> HintedAsync(params string[] names)
    {
        var hinted = new List<Instance>();
        foreach (Instance instance in await UnhintedAsync(names))
        {
            InstanceScan scan = await Datastore.ScanAsync(instance);
            hinted.Add(new Instance(instance.DicomUri)
            {
                Hints = new Hints
                {
                    InstanceUid = scan.InstanceUid,
                    SeriesUid = scan.SeriesUid,
                    StudyUid = scan.StudyUid,
                    SizeBytes = scan.SizeBytes,
                    Crc32c = scan.Crc32c,
                },
            });
        }

        return [.. hinted];
    }
}
