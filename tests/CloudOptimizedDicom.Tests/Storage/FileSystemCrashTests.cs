using System.Collections.Concurrent;
using System.Globalization;

namespace CloudOptimizedDicom.Tests.Storage;

/// <summary>
/// Writers on file systems of this machine whose power is cut: all that a sync has acknowledged is there afterwards. For the
/// long form, and root.
/// </summary>
[NonParallelizable]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class FileSystemCrashTests
{
    private const int Writers = 4;

    private static readonly int Rounds = LongRun.Count(ci: 0, @long: 20);

    private readonly ConcurrentQueue<Acknowledged> _acknowledged = new();
    private string _scratch = "";

    [SetUp]
    public void CreateScratch() => _scratch = Directory.CreateTempSubdirectory("cod-origins-").FullName;

    [TearDown]
    public void DeleteScratch() => Directory.Delete(_scratch, recursive: true);

    [TestCase("ext4")]
    [TestCase("xfs")]
    [TestCase("btrfs")]
    public async Task PowerCut_AtAnyMoment_LosesNothingAcknowledged(string kind)
    {
        using FileSystemImage disk = await CreateDiskAsync(kind);
        List<Crash> crashes = [.. await CutAfterSyncsAsync(disk, Rounds, flushesFolders: true), .. await CutAtRandomAsync(disk, Rounds)];
        List<Acknowledged> lost = await FindLostAsync(disk, crashes);
        await ReportAsync(kind, crashes, lost);
        Assert.That(lost, Is.Empty);
    }

    [TestCase("ext4")]
    [TestCase("xfs")]
    [TestCase("btrfs")]
    public async Task PowerCut_WithoutFlushesOfFolders_LosesWhatWasAcknowledged(string kind)
    {
        using FileSystemImage disk = await CreateDiskAsync(kind);
        List<Crash> crashes = await CutAfterSyncsAsync(disk, Rounds / 2, flushesFolders: false);
        List<Acknowledged> lost = await FindLostAsync(disk, crashes);
        await ReportAsync(kind, crashes, lost);
        Assert.That(lost, Is.Not.Empty, "else the test above shows nothing");
    }

    private static async Task<FileSystemImage> CreateDiskAsync(string kind)
    {
        string? obstacle = LongRun.IsOn ? FileSystemImage.FindObstacle(kind) : $"only in the long form ({LongRun.Variable}=1)";
        if (obstacle is not null)
        {
            Assert.Ignore(obstacle);
        }

        return await FileSystemImage.CreateAsync(kind);
    }

    private static Task ReportAsync(string kind, List<Crash> crashes, List<Acknowledged> lost) => TestContext.Out.WriteLineAsync(
        $"{kind}: {crashes.Count} power cuts, {crashes.Sum(crash => crash.Acknowledged.Count)} instances acknowledged before them, {lost.Count} lost");

    /// <summary>The power goes just when a sync has returned, while nothing else is written that would be flushed after it.</summary>
    private async Task<List<Crash>> CutAfterSyncsAsync(FileSystemImage disk, int rounds, bool flushesFolders)
    {
        var crashes = new List<Crash>();
        using TestProcess writer = StartWriter(disk, number: 0, flushesFolders ? ["waits"] : ["waits", "unflushed"]);
        for (int round = 0; round < rounds; round++)
        {
            Note((await writer.ReadLineAsync())!);
            crashes.Add(new Crash(await disk.CopyAsync(round), [.. _acknowledged]));
            await writer.WriteLineAsync();
        }

        return crashes;
    }

    /// <summary>The power goes at any moment, while several processes write.</summary>
    private async Task<List<Crash>> CutAtRandomAsync(FileSystemImage disk, int rounds)
    {
        var crashes = new List<Crash>();
        TestProcess[] writers = [.. Enumerable.Range(1, Writers).Select(number => StartWriter(disk, number))];
        Task[] reading = [.. writers.Select(NoteAllAsync)];
        var random = new Random(rounds);
        for (int round = 0; round < rounds; round++)
        {
            // The moment is any: it is not awaited that something has happened by then.
            await Task.Delay(random.Next(50, 700));
            Acknowledged[] before = [.. _acknowledged];
            crashes.Add(new Crash(await disk.CopyAsync(rounds + round), before));
        }

        Array.ForEach(writers, writer => writer.Kill());
        await Task.WhenAll(reading);
        Array.ForEach(writers, writer => writer.Dispose());
        return crashes;
    }

    private TestProcess StartWriter(FileSystemImage disk, int number, params string[] options) => TestProcess.Start(
        ["acknowledge", StoreOn(disk), Repository.TestData("dicom", "ct5", "1.dcm"), $"{number}", _scratch, .. options]);

    private async Task NoteAllAsync(TestProcess writer)
    {
        while (await writer.ReadLineAsync() is { } line)
        {
            Note(line);
        }
    }

    private void Note(string line)
    {
        foreach (string[] part in line.Split('|').Select(instance => instance.Split(' ')).Where(part => part.Length == 3))
        {
            _acknowledged.Enqueue(new Acknowledged(part[0], part[1], uint.Parse(part[2], CultureInfo.InvariantCulture)));
        }
    }

    private static async Task<List<Acknowledged>> FindLostAsync(FileSystemImage disk, List<Crash> crashes)
    {
        var lost = new List<Acknowledged>();
        foreach (Crash crash in crashes)
        {
            await disk.RestartFromAsync(crash.Image);
            await using CodDatastore datastore = await CodDatastore.OpenAsync(StoreOn(disk));
            HashSet<Acknowledged> lostHere = [.. await FindLostAsync(datastore, crash)];
            await foreach (SeriesListing series in datastore.ListSeriesAsync())
            {
                await RepairAsync(datastore, series.Id);
            }

            lostHere.UnionWith(await FindLostAsync(datastore, crash));
            lost.AddRange(lostHere);
        }

        return lost;
    }

    private static async Task RepairAsync(CodDatastore datastore, SeriesId id)
    {
        RepairReport repair = await datastore.RepairSeriesAsync(id.StudyUid, id.SeriesUid, new RepairOptions { TakeOverLock = true });
        Assert.That(repair.IsRefused, Is.False);
        try
        {
            Assert.That((await datastore.VerifySeriesAsync(id.StudyUid, id.SeriesUid)).Findings, Is.Empty);
        }
        catch (CodObjectNotFoundException)
        {
            // There was nothing but the lock of a writer that was about to begin it.
        }
    }

    private static async Task<List<Acknowledged>> FindLostAsync(CodDatastore datastore, Crash crash)
    {
        var lost = new List<Acknowledged>();
        foreach (IGrouping<string, Acknowledged> group in crash.Acknowledged.GroupBy(instance => instance.StudyUid))
        {
            CodObject? series = null;
            try
            {
                series = await datastore.OpenSeriesAsync(group.Key, group.Key + ".1", CodMode.Read);
            }
            catch (CodException)
            {
                // All of it is lost.
            }

            foreach (Acknowledged instance in group)
            {
                if (series is null || !await IsThereAsync(series, instance))
                {
                    lost.Add(instance);
                }
            }

            await (series?.DisposeAsync() ?? ValueTask.CompletedTask);
        }

        return lost;
    }

    private static async Task<bool> IsThereAsync(CodObject series, Acknowledged instance)
    {
        try
        {
            await using Stream stream = await series.OpenInstanceAsync(instance.Uid);
            using var bytes = new MemoryStream();
            await stream.CopyToAsync(bytes);
            return Crc32c.Compute(bytes.ToArray()) == instance.Crc32c;
        }
        catch (CodException)
        {
            return false;
        }
    }

    private static string StoreOn(FileSystemImage disk) => Path.Combine(disk.MountPoint, "store");

    private sealed record Acknowledged(string StudyUid, string Uid, uint Crc32c);

    private sealed record Crash(string Image, IReadOnlyList<Acknowledged> Acknowledged);
}
