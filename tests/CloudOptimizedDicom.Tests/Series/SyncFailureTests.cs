using CloudOptimizedDicom.Locking;
using CloudOptimizedDicom.Storage;

namespace CloudOptimizedDicom.Tests.Series;

/// <summary>A sync of which one upload fails: what is left, who is locked out, and that it can be repeated.</summary>
public sealed class SyncFailureTests
{
    private static readonly SeriesId Id = new("1.2.826.0.1.3680043.8.498.7001.1", "1.2.826.0.1.3680043.8.498.7001.1.1");
    private static readonly string[] Files = [.. Directory.GetFiles(Repository.TestData("dicom", "ct5")).Order(StringComparer.Ordinal)];

    private TemporaryDatastore _store = null!;
    private FailingStore _failing = null!;
    private CodDatastore _datastore = null!;

    [SetUp]
    public async Task StoreTwo()
    {
        _store = await TemporaryDatastore.CreateAsync();
        _failing = new FailingStore(new LocalObjectStore(_store.StorePath));
        _datastore = CodDatastore.FromStore(_failing);
        await _store.StoreAsync(Id, CodMode.Write, Files[..2]);
    }

    [TearDown]
    public async Task DeleteStore()
    {
        await _datastore.DisposeAsync();
        await _failing.DisposeAsync();
        await _store.DisposeAsync();
    }

    [Test]
    public async Task SyncAsync_Repeated_GoesOnAndIsRight(
        [Values("tar", "index.sqlite", "metadata.json")] string upload, [Values] Failure failure, [Values(CodMode.Append, CodMode.Write)] CodMode mode)
    {
        await using (CodObject series = await OpenAsync(mode))
        {
            await series.AppendAsync(Files[2..].Select(file => new Instance(file)));
            _failing.FailNext(upload, failure);
            Assert.That(async () => await series.SyncAsync(), upload == "tar" && failure == Failure.Refused
                ? Throws.InstanceOf<ObjectRequestException>()
                : Throws.InstanceOf<CodSyncException>());
            await series.SyncAsync();
        }

        await AssertHoldsAsync(mode == CodMode.Append ? Files : Files[2..]);
    }

    [Test]
    public async Task SyncAsync_RepeatedAfterAFailedFirst_BeginsTheSeries(
        [Values("tar", "index.sqlite", "metadata.json")] string upload, [Values] Failure failure)
    {
        Directory.Delete(_store.StorePath, recursive: true);
        await using (CodObject series = await OpenAsync(CodMode.Append))
        {
            await series.AppendAsync(Files.Select(file => new Instance(file)));
            _failing.FailNext(upload, failure);
            Assert.That(async () => await series.SyncAsync(), Throws.InstanceOf<CodException>());
            await series.SyncAsync();
        }

        await AssertHoldsAsync(Files);
    }

    [Test]
    public async Task DisposeAsync_AfterAFailureThatMayHaveWritten_LeavesTheLockAndTheOldState(
        [Values("tar", "index.sqlite", "metadata.json")] string upload, [Values(Failure.LostBefore, Failure.LostAfter)] Failure failure)
    {
        await using (CodObject series = await OpenAsync(CodMode.Append))
        {
            await series.AppendAsync(Files[2..].Select(file => new Instance(file)));
            _failing.FailNext(upload, failure);
            CodSyncException? error = Assert.ThrowsAsync<CodSyncException>(() => series.SyncAsync());
            Assert.That(error!.FailedObject, Does.EndWith(upload));
        }

        Assert.That(() => OpenAsync(CodMode.Append), Throws.InstanceOf<LockAcquisitionException>());
        bool isCommitted = upload == "metadata.json" && failure == Failure.LostAfter;
        Assert.That(
            (await _store.ReadAllAsync(Id)).Select(instance => instance.Bytes),
            Is.EqualTo((isCommitted ? Files : Files[..2]).Select(File.ReadAllBytes)));
    }

    [Test]
    public async Task DisposeAsync_AfterAFailureThatWroteNothing_ReleasesTheLock()
    {
        await using (CodObject series = await OpenAsync(CodMode.Append))
        {
            await series.AppendAsync(Files[2..].Select(file => new Instance(file)));
            _failing.FailNext("tar", Failure.Refused);
            Assert.That(async () => await series.SyncAsync(), Throws.InstanceOf<ObjectRequestException>());
        }

        await AssertHoldsAsync(Files[..2]);
        await _store.StoreAsync(Id, CodMode.Append, Files[2..]);
        await AssertHoldsAsync(Files);
    }

    [Test]
    public async Task AppendAsync_BetweenAFailedSyncAndItsRepetition_IsRefused()
    {
        await using (CodObject series = await OpenAsync(CodMode.Append))
        {
            await series.AppendAsync([new Instance(Files[2])]);
            _failing.FailNext("index.sqlite", Failure.LostBefore);
            Assert.That(async () => await series.SyncAsync(), Throws.InstanceOf<CodSyncException>());
            Assert.That(async () => await series.AppendAsync([new Instance(Files[3])]), Throws.InvalidOperationException);
            await series.SyncAsync();
            await series.AppendAsync([new Instance(Files[3])]);
            await series.SyncAsync();
        }

        await AssertHoldsAsync(Files[..4]);
    }

    [Test]
    public void OpenSeriesAsync_AnswerToTheLockIsLost_LeavesNoLock([Values] Failure failure)
    {
        _failing.FailNext(".lock", failure);
        Assert.That(() => OpenAsync(CodMode.Append), Throws.InstanceOf<ObjectRequestException>());
        Assert.That(async () => await (await OpenAsync(CodMode.Append)).DisposeAsync(), Throws.Nothing);
    }

    private Task<CodObject> OpenAsync(CodMode mode) => _datastore.OpenSeriesAsync(Id.StudyUid, Id.SeriesUid, mode);

    private async Task AssertHoldsAsync(IEnumerable<string> files)
    {
        Assert.That((await _store.ReadAllAsync(Id)).Select(instance => instance.Bytes), Is.EqualTo(files.Select(File.ReadAllBytes)));
        Assert.That(await _store.VerifyAsync(Id), Is.Empty);
        Assert.That(Directory.GetFiles(_store.StorePath, "*.lock", SearchOption.AllDirectories).Where(file => !file.Contains(".cod")), Is.Empty);
    }
}
