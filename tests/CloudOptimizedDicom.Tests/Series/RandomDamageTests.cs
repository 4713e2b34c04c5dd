using CloudOptimizedDicom.Locking;
using CloudOptimizedDicom.Testing;
using CloudOptimizedDicom.Testing.Objects;
using CloudOptimizedDicom.Tests.Storage.GoogleCloud;

namespace CloudOptimizedDicom.Tests.Series;

/// <summary>A store damaged in random ways: verification names it, and repairs end with everything that is anywhere.</summary>
public sealed class RandomDamageTests
{
    private static readonly SeriesId Other = SyntheticInstance.Id;

    private string _directory = "";

    public static IEnumerable<int> Seeds => Enumerable.Range(1, LongRun.Count(20, 250));

    public static IEnumerable<int> FewSeeds => Enumerable.Range(1, LongRun.Count(6, 60));

    [SetUp]
    public void CreateDirectory() => _directory = Directory.CreateTempSubdirectory("cod-damage-").FullName;

    [TearDown]
    public void DeleteDirectory() => Directory.Delete(_directory, recursive: true);

    [TestCaseSource(nameof(Seeds))]
    public async Task RepairSeriesAsync_DirectoryDamagedBySeed_BringsBackWhatIsAnywhere(int seed)
    {
        await using CodDatastore datastore = await CodDatastore.OpenAsync(Path.Combine(_directory, "store"));
        await RunAsync(datastore, seed, isDirectory: true, (name, change, keepsTime) =>
        {
            string path = Path.Combine(_directory, "store", name);
            if (File.Exists(path))
            {
                Damage.Edit(path, change, keepsTime);
            }

            return Task.CompletedTask;
        });
    }

    [TestCaseSource(nameof(FewSeeds))]
    public async Task RepairSeriesAsync_BucketDamagedBySeed_BringsBackWhatIsAnywhere(int seed)
    {
        await using GcsEmulator emulator = await GcsEmulator.StartAsync(new GcsEmulatorOptions { Buckets = ["archive"] });
        var options = new CodDatastoreOptions { Endpoint = emulator.Endpoint, TimeProvider = new ImmediateTimeProvider(TimeSpan.FromSeconds(90)) };
        await using CodDatastore datastore = await CodDatastore.OpenAsync("gs://archive/cod", options);
        var series = new DamagedSeries(datastore);
        await RunAsync(datastore, seed, isDirectory: false, async (name, change, _) =>
        {
            if (await series.ReadAsync(name) is { } bytes)
            {
                if (change(bytes) is { } changed)
                {
                    await emulator.Core.InsertAsync(
                        "archive", name, new MemoryStream(changed), new GcsObjectAttributes(), new GcsConditions(), CancellationToken.None);
                }
                else
                {
                    await series.EditAsync(name, _ => null);
                }
            }
        });
    }

    private async Task RunAsync(CodDatastore datastore, int seed, bool isDirectory, Func<string, Func<byte[], byte[]?>, bool, Task> edit)
    {
        var series = new DamagedSeries(datastore);
        await series.CreateAsync(datastore);
        await datastore.UpdateSeriesAsync(
            Other.StudyUid, Other.SeriesUid, CodMode.Append, other => other.AppendAsync([new Instance(SyntheticInstance.Write(_directory, 1, 3000))]));
        if (seed % 3 == 0)
        {
            await series.LeaveLockAsync(LockOperation.Append);
        }

        Dictionary<string, byte[]> truth = await ReadTruthAsync(datastore);
        SeriesNames other = datastore.Name(Other);
        byte[][] foreign = [(await series.ReadAsync(other.Tar))!, (await series.ReadAsync(other.Index))!, (await series.ReadAsync(other.Metadata))!];
        string[] objects = [series.Names.Tar, series.Names.Index, series.Names.Metadata, $"{series.Names.Folder}/.objects.json", series.Names.Lock];
        byte[]?[] before = await ReadAllAsync(series);
        var damage = new RandomDamage(seed);
        await damage.ApplyAsync(isDirectory ? objects : [.. objects.Where(name => !name.EndsWith(".objects.json", StringComparison.Ordinal))], foreign, edit);
        byte[]?[] after = await ReadAllAsync(series);
        bool isChanged = before.Zip(after).Any(pair => pair.First is null != pair.Second is null || !pair.First.AsSpan().SequenceEqual(pair.Second));

        IntegrityReport found = await VerifyAsync(datastore);
        await AssertNothingIsIntactThatIsNotAsync(datastore, found, truth, damage);
        Assert.That(found.IsIntact && isChanged, Is.False, $"unnamed: {damage.Description}");

        var options = new RepairOptions { TakeOverLock = true, Originals = [.. DamagedSeries.Files.Select(file => new Instance(file))] };
        RepairReport report = await RepairAsync(datastore, options);
        if (report.IsRefused)
        {
            // Only where the recorded checksums themselves are gone, or the metadata that would tell what else there was.
            Assert.That(damage.IsOfMetadata, Is.True, $"{damage.Description}\n{string.Join('\n', report.Actions)}");
            await RepairAsync(datastore, options with { ForgetLost = true });
            await datastore.UpdateSeriesAsync(
                DamagedSeries.Id.StudyUid, DamagedSeries.Id.SeriesUid, CodMode.Append, stored => stored.AppendAsync(DamagedSeries.Files.Select(file => new Instance(file))));
        }

        RepairReport again = await RepairAsync(datastore, options);
        IntegrityReport mended = await VerifyAsync(datastore);

        // Where no checksum is left of the metadata, tags that changed into others are named and nothing tells which are right; and where
        // another tool has uploaded the archive as well, the bucket vouches for what that has brought.
        bool isMetadataUnknown = damage.IsOfMetadata && (!isDirectory || damage.IsOfSideFile || !damage.KeepsTime);
        bool isBeyondProof = damage is { IsOfMetadata: true, IsOfArchive: true } && !isDirectory;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(again.Actions, Is.Empty, damage.Description);
            Assert.That(
                mended.Findings.Where(finding => finding.IsDamage && !(isMetadataUnknown && IsOfTags(finding))),
                Is.Empty,
                damage.Description);
            Assert.That(isBeyondProof ? truth : await ReadTruthAsync(datastore), Is.EquivalentTo(truth), $"{damage.Description}\n{string.Join('\n', report.Actions)}");
        }
    }

    /// <summary>What a verification does not complain of has the bytes that were stored.</summary>
    private static async Task AssertNothingIsIntactThatIsNotAsync(
        CodDatastore datastore, IntegrityReport report, Dictionary<string, byte[]> truth, RandomDamage damage)
    {
        HashSet<string> named = [.. report.Findings.Select(finding => finding.Subject)];
        if (report.Findings.Any(finding => finding.Kind
            is IntegrityFindingKind.MetadataMissing or IntegrityFindingKind.MetadataUnreadable or IntegrityFindingKind.MetadataDiffers or IntegrityFindingKind.ArchiveMissing))
        {
            return;
        }

        await using CodObject series = await datastore.OpenSeriesAsync(DamagedSeries.Id.StudyUid, DamagedSeries.Id.SeriesUid, CodMode.Read);
        foreach (Instance instance in series.GetInstances().Where(instance => !named.Contains(instance.Record!.Uid)))
        {
            Assert.That(await series.ReadInstanceAsync(instance.Record!.Uid), Is.EqualTo(truth[instance.Record.Uid]), damage.Description);
        }
    }

    private static bool IsOfTags(IntegrityFinding finding) => finding.Kind
        is IntegrityFindingKind.TagsDiffer or IntegrityFindingKind.FramesDiffer or IntegrityFindingKind.FramesShifted or IntegrityFindingKind.RecordDiffers;

    private static async Task<byte[]?[]> ReadAllAsync(DamagedSeries series)
    {
        var read = new List<byte[]?>();
        foreach (string name in new[] { series.Names.Tar, series.Names.Index, series.Names.Metadata })
        {
            read.Add(await series.ReadAsItIsAsync(name));
        }

        return [.. read];
    }

    private static async Task<Dictionary<string, byte[]>> ReadTruthAsync(CodDatastore datastore)
    {
        await using CodObject series = await datastore.OpenSeriesAsync(DamagedSeries.Id.StudyUid, DamagedSeries.Id.SeriesUid, CodMode.Read);
        var read = new Dictionary<string, byte[]>();
        foreach (Instance instance in series.GetInstances())
        {
            read[instance.Record!.Uid] = await series.ReadInstanceAsync(instance.Record.Uid);
        }

        return read;
    }

    private static Task<IntegrityReport> VerifyAsync(CodDatastore datastore) =>
        datastore.VerifySeriesAsync(DamagedSeries.Id.StudyUid, DamagedSeries.Id.SeriesUid, new VerifyOptions { Deep = true });

    private static Task<RepairReport> RepairAsync(CodDatastore datastore, RepairOptions options) =>
        datastore.RepairSeriesAsync(DamagedSeries.Id.StudyUid, DamagedSeries.Id.SeriesUid, options);
}
