using CloudOptimizedDicom.Testing;
using CloudOptimizedDicom.Testing.Objects;
using CloudOptimizedDicom.Tests.Storage.GoogleCloud;

namespace CloudOptimizedDicom.Tests.Series;

/// <summary>Repairs in a bucket.</summary>
public sealed class CloudRepairTests : RepairContract
{
    private GcsEmulator _emulator = null!;

    protected override async Task<CodDatastore> CreateDatastoreAsync()
    {
        _emulator = await GcsEmulator.StartAsync(new GcsEmulatorOptions { Buckets = ["archive"] });
        var clock = new ImmediateTimeProvider(TimeSpan.FromSeconds(90));
        return await CodDatastore.OpenAsync("gs://archive/cod", new CodDatastoreOptions { Endpoint = _emulator.Endpoint, TimeProvider = clock });
    }

    [Test]
    public async Task RepairSeriesAsync_OriginalsInABucket_FetchesNoneButTheOneThatIsLost([Values] bool dryRun)
    {
        var options = new CodDatastoreOptions { Endpoint = _emulator.Endpoint };
        await using CodDatastore datastore = await CodDatastore.OpenAsync("gs://archive/cod", options);
        foreach (string file in DamagedSeries.Files)
        {
            await PutPastLibraryAsync($"inbox/{Path.GetFileName(file)}", await File.ReadAllBytesAsync(file));
        }

        InstanceRecord record;
        await using (CodObject series = await datastore.OpenSeriesAsync(DamagedSeries.Id.StudyUid, DamagedSeries.Id.SeriesUid, CodMode.Read))
        {
            record = series.GetInstances()[1].Record!;
        }

        var damaged = new DamagedSeries(datastore);
        string tar = damaged.Names.Tar;
        await PutPastLibraryAsync(tar, DamagedSeries.Change((await damaged.ReadAsync(tar))!, (int)record.ArchiveRange.End - 100));
        Instance[] originals = await datastore.ListInstancesAsync("gs://archive/inbox/").ToArrayAsync();
        _emulator.Log.Clear();
        RepairReport report = await datastore.RepairSeriesAsync(
            DamagedSeries.Id.StudyUid, DamagedSeries.Id.SeriesUid, new RepairOptions { Originals = originals, DryRun = dryRun });
        Assert.That((report.IsRefused, report.HasWritten), Is.EqualTo((false, !dryRun)));
        Assert.That(
            _emulator.Log.Entries.Select(request => request.Object).Where(name => name.StartsWith("inbox/", StringComparison.Ordinal)),
            Is.EqualTo(new[] { $"inbox/{Path.GetFileName(DamagedSeries.Files[1])}" }));
    }

    protected override Task PutPastLibraryAsync(string name, byte[] bytes) => _emulator.Core.InsertAsync(
        "archive", name, new MemoryStream(bytes), new GcsObjectAttributes(), new GcsConditions(), CancellationToken.None);

    protected override async Task DeleteDatastoreAsync() => await _emulator.DisposeAsync();
}
