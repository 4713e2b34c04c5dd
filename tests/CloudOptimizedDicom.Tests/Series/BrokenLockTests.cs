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

    /// <summary>
    /// Whoever has lost its lock must not make the one that has it now fail either: the archive that it finds in its way is
    /// about to be committed.
    /// </summary>
    [Test]
    public async Task SyncAsync_LockLostAndAnArchiveInTheWay_LeavesBothToTheOther()
    {
        await _store.StoreAsync(Id, CodMode.Write, Files[..1]);
        await using CodObject loser = await _store.OpenAsync(Id, CodMode.Write);
        await loser.AppendAsync([new Instance(Files[1])]);
        await BreakLockAsync();
        await using CodDatastore other = CodDatastore.FromStore(new PausingStore(new LocalObjectStore(_store.StorePath), async name =>
        {
            if (name.EndsWith("index.sqlite", StringComparison.Ordinal))
            {
                Assert.That(async () => await loser.SyncAsync(), Throws.InstanceOf<LockLostException>());
            }
        }));
        await other.UpdateSeriesAsync(Id.StudyUid, Id.SeriesUid, CodMode.Write, series => series.AppendAsync([new Instance(Files[2])]));
        await AssertHoldsAsync(Files[2..3]);
    }

    /// <summary>
    /// The first writer wakes up between the archive and the metadata of the second one: if it could still commit, its
    /// metadata would be of an archive that is gone.
    /// </summary>
    [Test]
    public async Task SyncAsync_ArchiveOfAWriterThatWakesUpIsReplaced_MakesItHarmless([Values] bool exists)
    {
        if (exists)
        {
            await _store.StoreAsync(Id, CodMode.Write, Files[..1]);
        }

        var isStalled = new TaskCompletionSource();
        var wakesUp = new TaskCompletionSource();
        await using CodDatastore first = CodDatastore.FromStore(new PausingStore(new LocalObjectStore(_store.StorePath), async name =>
        {
            if (name.EndsWith("metadata.json", StringComparison.Ordinal))
            {
                isStalled.TrySetResult();
                await wakesUp.Task;
            }
        }));
        await using CodObject series = await first.OpenSeriesAsync(Id.StudyUid, Id.SeriesUid, CodMode.Write);
        await series.AppendAsync([new Instance(Files[1])]);
        Task sync = series.SyncAsync();
        await isStalled.Task;
        await BreakLockAsync();
        await using CodDatastore second = CodDatastore.FromStore(new PausingStore(new LocalObjectStore(_store.StorePath), name =>
        {
            if (name.EndsWith("index.sqlite", StringComparison.Ordinal))
            {
                wakesUp.TrySetResult();
                Assert.That(async () => await sync, Throws.InstanceOf<CodException>());
            }

            return Task.CompletedTask;
        }));
        await second.UpdateSeriesAsync(Id.StudyUid, Id.SeriesUid, CodMode.Write, other => other.AppendAsync([new Instance(Files[2])]));
        await AssertHoldsAsync(Files[2..3]);
    }

    [Test]
    public async Task OpenSeriesAsync_AnotherOneCommitsBeforeTheLockIsTaken_GoesOnFromThere([Values] bool exists)
    {
        if (exists)
        {
            await _store.StoreAsync(Id, CodMode.Write, Files[..1]);
        }

        await using CodDatastore late = CodDatastore.FromStore(new PausingStore(new LocalObjectStore(_store.StorePath), async name =>
        {
            if (name.EndsWith(".gradient.lock", StringComparison.Ordinal))
            {
                await _store.StoreAsync(Id, CodMode.Append, Files[1..2]);
            }
        }));
        await late.UpdateSeriesAsync(Id.StudyUid, Id.SeriesUid, CodMode.Append, series => series.AppendAsync([new Instance(Files[2])]));
        await AssertHoldsAsync(exists ? Files[..3] : Files[1..3]);
    }

    [Test]
    public async Task DeleteSeriesAsync_AnotherOneStoredTheSeriesMeanwhile_LeavesWhatWasStored([Values("index.sqlite", ".tar")] string stallsBefore)
    {
        await _store.StoreAsync(Id, CodMode.Write, Files[..1]);
        await using CodDatastore stalling = StallDeletion(stallsBefore, () => _store.StoreAsync(Id, CodMode.Write, Files[1..3]));
        Assert.That(() => stalling.DeleteSeriesAsync(Id.StudyUid, Id.SeriesUid), Throws.InstanceOf<LockLostException>());
        await AssertHoldsAsync(Files[1..3]);
    }

    [Test]
    public async Task UnlockSeriesAsync_AnotherOneTookTheLockMeanwhile_LeavesIt()
    {
        await _store.StoreAsync(Id, CodMode.Write, Files[..1]);
        await using CodObject dead = await _store.OpenAsync(Id, CodMode.Append);
        CodObject? living = null;
        await using CodDatastore stalling = StallDeletion(".gradient.lock", async () => living = await _store.OpenAsync(Id, CodMode.Append));
        Assert.That(
            () => stalling.UnlockSeriesAsync(Id.StudyUid, Id.SeriesUid, new UnlockOptions { Force = true }), Throws.InstanceOf<LockAcquisitionException>());
        Assert.That(() => _store.OpenAsync(Id, CodMode.Append), Throws.InstanceOf<LockAcquisitionException>(), "the lock of the living one");
        await living!.DisposeAsync();
    }

    /// <summary>A datastore in which the lock is broken before the deletion of an object, once, and something happens then.</summary>
    private CodDatastore StallDeletion(string stallsBefore, Func<Task> meanwhile)
    {
        bool hasStalled = false;
        return CodDatastore.FromStore(new PausingStore(new LocalObjectStore(_store.StorePath), static _ => Task.CompletedTask)
        {
            BeforeDelete = async name =>
            {
                if (!hasStalled && name.EndsWith(stallsBefore, StringComparison.Ordinal))
                {
                    hasStalled = true;
                    await BreakLockAsync();
                    await meanwhile();
                }
            },
        });
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
