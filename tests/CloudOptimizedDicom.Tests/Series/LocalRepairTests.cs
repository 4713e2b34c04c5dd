using CloudOptimizedDicom.Storage;

namespace CloudOptimizedDicom.Tests.Series;

/// <summary>Repairs in a directory; there, single uploads of a repair fail as well.</summary>
public sealed class LocalRepairTests : RepairContract
{
    private string _directory = "";

    protected override async Task<CodDatastore> CreateDatastoreAsync()
    {
        _directory = Directory.CreateTempSubdirectory("cod-repair-").FullName;
        return await CodDatastore.OpenAsync(_directory);
    }

    protected override Task DeleteDatastoreAsync()
    {
        Directory.Delete(_directory, recursive: true);
        return Task.CompletedTask;
    }

    protected override Task PutPastLibraryAsync(string name, byte[] bytes) => File.WriteAllBytesAsync(Path.Combine(_directory, name), bytes);

    protected override Task RotAsync(string name, byte[] bytes)
    {
        Damage.Edit(Path.Combine(_directory, name), _ => bytes);
        return Task.CompletedTask;
    }

    [Test]
    public async Task RepairSeriesAsync_NothingIsWrong_TakesNoLock()
    {
        await using var failing = new FailingStore(new LocalObjectStore(_directory));
        await using CodDatastore datastore = CodDatastore.FromStore(failing);
        failing.FailNext(SeriesNames.LockFile, Failure.Refused);
        Assert.That(async () => await datastore.RepairSeriesAsync(DamagedSeries.Id.StudyUid, DamagedSeries.Id.SeriesUid), Throws.Nothing);
    }

    [Test]
    public async Task RepairSeriesAsync_DeleteWasBegun_DoesNotReadTheArchive([Values] bool dryRun)
    {
        await using CodDatastore healthy = await CodDatastore.OpenAsync(_directory);
        await new DamagedSeries(healthy).LeaveLockAsync(Locking.LockOperation.Delete);
        string noDirectory = typeof(LocalRepairTests).Assembly.Location;
        await using CodDatastore datastore = await CodDatastore.OpenAsync(_directory, new CodDatastoreOptions { ScratchDirectory = noDirectory });
        RepairReport report = await datastore.RepairSeriesAsync(
            DamagedSeries.Id.StudyUid, DamagedSeries.Id.SeriesUid, new RepairOptions { DryRun = dryRun, TakeOverLock = true });
        Assert.That(report.Actions.Select(action => action.Kind), Is.EqualTo(new[] { RepairActionKind.FinishDelete, RepairActionKind.RemoveLock }));
        Assert.That(report.HasWritten, Is.Not.EqualTo(dryRun));
    }

    [Test]
    public async Task RepairSeriesAsync_AfterARepairThatDied_MendsTheSeries(
        [Values("tar", "index.sqlite", "metadata.json")] string upload, [Values] Failure failure, [ValueSource(nameof(Harmless))] string damage)
    {
        await using CodDatastore healthy = await CodDatastore.OpenAsync(_directory);
        var series = new DamagedSeries(healthy);
        await healthy.DeleteSeriesAsync(DamagedSeries.Id.StudyUid, DamagedSeries.Id.SeriesUid);
        await series.CreateAsync(healthy);
        await DamagedSeries.Harmless[damage](series);
        await using var failing = new FailingStore(new LocalObjectStore(_directory));
        await using CodDatastore datastore = CodDatastore.FromStore(failing);
        failing.FailNext(upload, failure);
        try
        {
            await datastore.RepairSeriesAsync(DamagedSeries.Id.StudyUid, DamagedSeries.Id.SeriesUid);
        }
        catch (CodException)
        {
            // Not every damage takes the upload that fails.
        }

        await healthy.RepairSeriesAsync(DamagedSeries.Id.StudyUid, DamagedSeries.Id.SeriesUid, new RepairOptions { TakeOverLock = true });
        IntegrityReport after = await healthy.VerifySeriesAsync(DamagedSeries.Id.StudyUid, DamagedSeries.Id.SeriesUid);
        Assert.That((after.IsIntact, after.Instances, after.Lock), Is.EqualTo((true, DamagedSeries.Files.Length, default(object))), string.Join('\n', after.Findings));
    }
}
