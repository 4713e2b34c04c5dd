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
