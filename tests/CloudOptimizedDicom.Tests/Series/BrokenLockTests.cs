using CloudOptimizedDicom.Locking;
using CloudOptimizedDicom.Storage;

namespace CloudOptimizedDicom.Tests.Series;

/// <summary>A writer stalls, its lock is removed by hand, another one works, and the first one goes on.</summary>
public sealed class BrokenLockTests
{
    private static readonly SeriesId Id = new("1.2.826.0.1.3680043.8.498.7001.1", "1.2.826.0.1.3680043.8.498.7001.1.1");
    private static readonly string[] Files = [.. Directory.GetFiles(Repository.TestData("dicom", "ct5")).Order(StringComparer.Ordinal)];

    private TemporaryDatastore _store = null!;

    [SetUp]
    public async Task CreateStore() => _store = await TemporaryDatastore.CreateAsync();

    [TearDown]
    public async Task DeleteStore() => await _store.DisposeAsync();

    [Test]
    public async Task SyncAsync_AnotherOneReplacedTheSeries_CommitsNothing(
        [Values("tar", "index.sqlite", "metadata.json")] string stallsBefore, [Values] bool exists, [Values(CodMode.Append, CodMode.Write)] CodMode mode)
    {
        if (exists)
        {
            await _store.StoreAsync(Id, CodMode.Write, Files[..1]);
        }

        await StallAsync(mode, stallsBefore, () => _store.StoreAsync(Id, CodMode.Write, Files[2..4]));
        await AssertHoldsAsync(Files[2..4]);
    }

    [Test]
    public async Task SyncAsync_AnotherOneStoresTheSameAgain_CommitsNothing([Values("tar", "index.sqlite", "metadata.json")] string stallsBefore)
    {
        // The same input makes the same archive: equal bytes do not show whose they are.
        await _store.StoreAsync(Id, CodMode.Write, Files[..1]);
        await StallAsync(CodMode.Write, stallsBefore, () => _store.StoreAsync(Id, CodMode.Write, Files[1..2]));
        await AssertHoldsAsync(Files[1..2]);
    }

    [Test]
    public async Task SyncAsync_SeriesWasDeleted_CommitsNothing([Values("tar", "index.sqlite", "metadata.json")] string stallsBefore)
    {
        await _store.StoreAsync(Id, CodMode.Write, Files[..1]);
        await StallAsync(CodMode.Append, stallsBefore, () => _store.Datastore.DeleteSeriesAsync(Id.StudyUid, Id.SeriesUid));
        Assert.That(() => _store.OpenAsync(Id, CodMode.Read), Throws.InstanceOf<CodObjectNotFoundException>());
    }

    [Test]
    public async Task DisposeAsync_LockIsThatOfAnother_LeavesIt()
    {
        CodObject series = await _store.OpenAsync(Id, CodMode.Append);
        await BreakLockAsync();
        await using CodObject other = await _store.OpenAsync(Id, CodMode.Append);
        await series.DisposeAsync();
        Assert.That(() => _store.OpenAsync(Id, CodMode.Append), Throws.InstanceOf<LockAcquisitionException>());
    }

    /// <summary>A writer of the second file, which loses its lock on the way and must not commit.</summary>
    private async Task StallAsync(CodMode mode, string stallsBefore, Func<Task> meanwhile)
    {
        bool hasStalled = false;
        await using CodDatastore stalling = CodDatastore.FromStore(new PausingStore(new LocalObjectStore(_store.StorePath), async name =>
        {
            if (!hasStalled && name.EndsWith(stallsBefore, StringComparison.Ordinal))
            {
                hasStalled = true;
                await BreakLockAsync();
                await meanwhile();
            }
        }));
        await using CodObject series = await stalling.OpenSeriesAsync(Id.StudyUid, Id.SeriesUid, mode);
        await series.AppendAsync([new Instance(Files[1])]);
        Assert.That(async () => await series.SyncAsync(), Throws.InstanceOf<CodException>());
        Assert.That(hasStalled, Is.True);
    }

    private async Task BreakLockAsync() =>
        Assert.That(await _store.Datastore.Store.DeleteAsync($"{Id.Path}/.gradient.lock", ObjectPrecondition.None), Is.True);

    private async Task AssertHoldsAsync(IEnumerable<string> files)
    {
        Assert.That((await _store.ReadAllAsync(Id)).Select(instance => instance.Bytes), Is.EqualTo(files.Select(File.ReadAllBytes)));
        Assert.That(await _store.VerifyAsync(Id), Is.Empty);
    }
}
