using CloudOptimizedDicom.Storage;
using CloudOptimizedDicom.Tests.Storage.Local;

namespace CloudOptimizedDicom.Tests.Protocol;

/// <summary>Every operation that changes a series of a directory, with the power cut between any two of its steps.</summary>
public sealed class PowerCutTests
{
    private static readonly CrashOperations Operations = new();

    internal static IEnumerable<string> Names => Operations.Names;

    [OneTimeTearDown]
    public static void DeleteFiles() => Operations.Dispose();

    [Test]
    public async Task Operation_PowerCutBetweenAnyTwoSteps_LeavesTheOldOrTheNewState([ValueSource(nameof(Names))] string name)
    {
        CrashOperation operation = Operations[name];
        using PowerCutBench bench = await PowerCutBench.RunAsync(operation, Operations.Directory);
        int images = 0;
        foreach ((int steps, IObjectStore store, string place) in bench.Crashes())
        {
            images++;
            bool isDone = steps >= bench.CommittedAt;
            SeriesOperator @operator = bench.OperatorOf(store);
            SeriesState seen = await @operator.ReadAsync();
            string what = $"{place}: {seen}";
            Assert.That(seen.Shows(bench.New) || (seen.Shows(bench.Old) && !isDone), what);
            Assert.That(seen.IsReadable || !(isDone || operation.KeepsOldReadable), what);
            SeriesState[] outcomes = isDone || operation.IsRepair ? [bench.New] : [bench.Old, bench.New];
            await CrashChecks.AssertRepairMendsAsync(@operator, operation, seen, outcomes, what);
        }

        await TestContext.Out.WriteLineAsync($"{bench.Steps.Count} steps, {images} directories");
    }

    [Test]
    public async Task Operation_Steps_BringArchiveIndexAndMetadataToTheDiskInThisOrder([ValueSource(nameof(Names))] string name)
    {
        using PowerCutBench bench = await PowerCutBench.RunAsync(Operations[name], Operations.Directory);
        int[] flushed = [.. new[] { ".tar", "/index.sqlite", "/metadata.json" }.Select(ending => FlushedAt(bench.Steps, ending)).OfType<int>()];
        Assert.That(flushed, Is.Ordered.Ascending, string.Join('\n', bench.Steps));
        foreach ((FileStep move, int at) in bench.Steps.Select((step, i) => (step, i)).Where(step => step.step.IsMove))
        {
            Assert.That(
                bench.Steps.Take(at).Any(step => step.Kind == nameof(RecordedSteps.FlushFile) && step.Path == move.Source),
                $"{move} before its bytes were flushed");
        }
    }

    [TestCase("write new", 9, 16)]
    [TestCase("append to ours", 9, 16)]
    [TestCase("write over ours", 9, 16)]
    [TestCase("delete ours", 4, 13)]
    public async Task Operation_Flushes_AreAsManyAsDocumented(string name, int files, int folders)
    {
        using PowerCutBench bench = await PowerCutBench.RunAsync(Operations[name], Operations.Directory);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(bench.Steps.Count(step => step.Kind == nameof(RecordedSteps.FlushFile)), Is.EqualTo(files));
            Assert.That(bench.Steps.Count(step => step.Kind == nameof(RecordedSteps.FlushFolder)), Is.EqualTo(folders), string.Join('\n', bench.Steps));
        }
    }

    [Test]
    public async Task Sync_DeleteLocalOrigin_DeletesAFileOnlyOnceItsBytesAreOnTheDisk()
    {
        using var small = new SmallInstances(Operations["write new"].Id);
        string origin = small.Path(0, 0);
        var append = new AppendOptions { DeleteLocalOrigin = true };
        CrashOperation operation = Operations["write new"] with
        {
            RunAsync = datastore => datastore.UpdateSeriesAsync(
                small.Id.StudyUid, small.Id.SeriesUid, CodMode.Append, series => series.AppendAsync([new Instance(origin)], append)),
        };
        var isThere = new List<bool>();
        using PowerCutBench bench = await PowerCutBench.RunAsync(operation, small.Directory, _ => isThere.Add(File.Exists(origin)));
        Assert.That(isThere, Does.Contain(false), "the file is deleted before the lock");
        foreach ((int steps, IObjectStore store, string place) in bench.Crashes())
        {
            SeriesState seen = await bench.OperatorOf(store).ReadAsync();
            bool isGone = steps == isThere.Count || !isThere[steps];
            Assert.That(!isGone || (seen.IsReadable && seen.Shows(bench.New)), $"{place}: {seen}");
        }
    }

    [Test]
    public async Task UploadErrorLog_PowerCutOnceItHasReturned_IsThere()
    {
        CrashOperation operation = Operations["append to ours"];
        string folder = Directory.CreateDirectory(Path.Combine(Operations.Directory, "error-log")).FullName;
        await operation.PrepareAsync(new LocalObjectStore(Path.Combine(folder, "store")));
        var disk = new CrashDisk(folder);
        var steps = new RecordedSteps(folder);
        var datastore = CodDatastore.FromStore(new LocalObjectStore(Path.Combine(folder, "store"), new LocalObjectStoreOptions { Steps = steps }));
        await using (CodObject series = await datastore.OpenSeriesAsync(operation.Id.StudyUid, operation.Id.SeriesUid, CodMode.Append))
        {
            await series.UploadErrorLogAsync("why");
            foreach (FileStep step in steps.Steps)
            {
                disk.Take(step);
            }
        }

        Assert.That(
            disk.Images().Select(image => image.GetValueOrDefault($"store/{new SeriesNames("", operation.Id).ErrorLog}")?.Bytes),
            Is.All.EqualTo("why"u8.ToArray()));
    }

    /// <summary>The step that brings the last object of a name to the disk; null when there was none.</summary>
    private static int? FlushedAt(IReadOnlyList<FileStep> steps, string ending)
    {
        List<FileStep> all = [.. steps];
        int moved = all.FindLastIndex(step => step.IsMove && step.Path.EndsWith(ending, StringComparison.Ordinal));
        return moved < 0
            ? null
            : all.FindIndex(moved, step => step.Kind == nameof(RecordedSteps.FlushFolder) && step.Path == Path.GetDirectoryName(all[moved].Path));
    }
}
