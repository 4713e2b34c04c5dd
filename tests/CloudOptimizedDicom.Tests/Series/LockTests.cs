using CloudOptimizedDicom.Locking;
using CloudOptimizedDicom.Storage;
using CloudOptimizedDicom.Tests.Storage;

namespace CloudOptimizedDicom.Tests.Series;

/// <summary>Who gets the lock of a series, when one may be taken over, and how it goes from process to process.</summary>
public sealed class LockTests
{
    private static readonly SeriesId Id = new("1.2.826.0.1.3680043.8.498.7001.1", "1.2.826.0.1.3680043.8.498.7001.1.1");
    private static readonly string[] Files = [.. Directory.GetFiles(Repository.TestData("dicom", "ct5")).Order(StringComparer.Ordinal)];

    private TemporaryDatastore _store = null!;
    private ManualTimeProvider _clock = null!;
    private CodDatastore _datastore = null!;

    [SetUp]
    public async Task CreateStore()
    {
        _store = await TemporaryDatastore.CreateAsync();
        _clock = new ManualTimeProvider(DateTimeOffset.UtcNow);
        _datastore = CodDatastore.FromStore(new LocalObjectStore(_store.StorePath, new LocalObjectStoreOptions { TimeProvider = _clock }));
    }

    [TearDown]
    public async Task DeleteStore()
    {
        await _datastore.DisposeAsync();
        await _store.DisposeAsync();
    }

    [TestCase(250, "04:10:00")]
    [TestCase(49 * 60, "2.01:00:00")]
    public async Task OpenSeriesAsync_LockOfAnother_TellsHolderHostOperationAndAge(int minutes, string age)
    {
        await using CodObject held = await OpenAsync(CodMode.Append);
        _clock.Now += TimeSpan.FromMinutes(minutes);
        LockAcquisitionException? error = Assert.ThrowsAsync<LockAcquisitionException>(() => OpenAsync(CodMode.Write));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(error!.Holder, Has.Property("Host").EqualTo(Environment.MachineName).And.Property("ProcessId").EqualTo(Environment.ProcessId));
            Assert.That(error.Holder, Has.Property("Operation").EqualTo("append").And.Property("Age").EqualTo(TimeSpan.FromMinutes(minutes)));
            Assert.That(error.Message, Does.Contain($"for {age})"));
        }
    }

    [Test]
    public async Task OpenSeriesAsync_OldLockThatNamesNoInstance_IsTakenOverWhereAsked()
    {
        await using CodObject held = await OpenAsync(CodMode.Append);
        await held.AppendAsync([new Instance(Files[0])]);
        _clock.Now += TimeSpan.FromHours(1);
        var older = new OpenSeriesOptions { OverrideEmptyLocksOlderThan = TimeSpan.FromHours(1) + TimeSpan.FromTicks(10) };
        Assert.That(() => OpenAsync(CodMode.Append, older), Throws.InstanceOf<LockAcquisitionException>(), "not old enough");
        Assert.That(() => OpenAsync(CodMode.Append), Throws.InstanceOf<LockAcquisitionException>(), "not asked");
        await using (CodObject series = await OpenAsync(CodMode.Append, new OpenSeriesOptions { OverrideEmptyLocksOlderThan = TimeSpan.FromHours(1) }))
        {
            await series.AppendAsync([new Instance(Files[1])]);
            await series.SyncAsync();
        }

        Assert.That(async () => await held.SyncAsync(), Throws.InstanceOf<CodException>());
        Assert.That((await _store.ReadAllAsync(Id)).Select(instance => instance.Bytes), Is.EqualTo(new[] { await File.ReadAllBytesAsync(Files[1]) }));
    }

    [Test]
    public async Task OpenSeriesAsync_OldLockThatNamesInstances_IsLeft()
    {
        await _store.StoreAsync(Id, CodMode.Append, Files[..1]);
        await using CodObject held = await OpenAsync(CodMode.Append);
        _clock.Now += TimeSpan.FromDays(400);
        Assert.That(
            () => OpenAsync(CodMode.Append, new OpenSeriesOptions { OverrideEmptyLocksOlderThan = TimeSpan.Zero }),
            Throws.InstanceOf<LockAcquisitionException>());
    }

    [Test]
    public async Task OpenSeriesAsync_WaitForLock_GetsItWhenItIsReleasedAndSeesTheNewState()
    {
        CodObject held = await OpenAsync(CodMode.Append);
        await held.AppendAsync([new Instance(Files[0])]);
        await using CodDatastore patient = await CodDatastore.OpenAsync(_store.StorePath);
        Task<CodObject> waiting = patient.OpenSeriesAsync(Id.StudyUid, Id.SeriesUid, CodMode.Append, new OpenSeriesOptions { WaitForLock = TimeSpan.FromMinutes(10) });
        await held.SyncAsync();
        Assert.That(waiting.IsCompleted, Is.False);
        await held.DisposeAsync();
        await using CodObject series = await waiting;
        Assert.That(series.StoredInstanceCount, Is.EqualTo(1));
    }

    [Test]
    public async Task OpenSeriesAsync_WaitForLockInVain_TellsTheHolderAfterThatTime()
    {
        await using CodObject held = await OpenAsync(CodMode.Append);
        var clock = new JumpingTimeProvider();
        await using CodDatastore patient = await CodDatastore.OpenAsync(_store.StorePath, new CodDatastoreOptions { TimeProvider = clock });
        LockAcquisitionException? error = Assert.ThrowsAsync<LockAcquisitionException>(() => patient.OpenSeriesAsync(
            Id.StudyUid, Id.SeriesUid, CodMode.Append, new OpenSeriesOptions { WaitForLock = TimeSpan.FromMinutes(10) }));
        Assert.That(error!.Holder?.ProcessId, Is.EqualTo(Environment.ProcessId));
        Assert.That(clock.Elapsed, Is.EqualTo(TimeSpan.FromMinutes(10)));
    }

    [Test]
    public async Task SyncAsync_OldLockThatWasRemoved_WritesNothing([Values] bool isOld)
    {
        await _store.StoreAsync(Id, CodMode.Append, Files[..1]);
        var clock = new JumpingTimeProvider();
        var options = new CodDatastoreOptions { TimeProvider = clock, CommitTimeout = Timeout.InfiniteTimeSpan };
        await using CodDatastore slow = await CodDatastore.OpenAsync(_store.StorePath, options);
        await using CodObject series = await slow.OpenSeriesAsync(Id.StudyUid, Id.SeriesUid, CodMode.Write);
        await series.AppendAsync([new Instance(Files[1])]);
        await Task.Delay(TimeSpan.FromSeconds(isOld ? 61 : 60), clock);
        await _datastore.Store.DeleteAsync($"{Id.Path}/.gradient.lock", ObjectPrecondition.None);
        Assert.That(async () => await series.SyncAsync(), isOld ? Throws.InstanceOf<LockLostException>() : Throws.Nothing);
        byte[] expected = await File.ReadAllBytesAsync(Files[isOld ? 0 : 1]);
        Assert.That((await _store.ReadAllAsync(Id)).Select(instance => instance.Bytes), Is.EqualTo(new[] { expected }));
    }

    [Test]
    public async Task ResumeAsync_Ticket_WorksOnceAndCarriesTheLock()
    {
        await _store.StoreAsync(Id, CodMode.Append, Files[..1]);
        CodObject source = await _store.OpenAsync(Id, CodMode.Append);
        var ticket = CodTicket.Parse((await source.ToTicketAsync()).ToString());
        await source.DisposeAsync();
        Assert.That(() => OpenAsync(CodMode.Append), Throws.InstanceOf<LockAcquisitionException>(), "between the two");
        await using (CodObject resumed = await CodObject.ResumeAsync(ticket))
        {
            Assert.That(() => CodObject.ResumeAsync(ticket), Throws.InstanceOf<LockLostException>());
            await resumed.AppendAsync([new Instance(Files[1])]);
            await resumed.SyncAsync();
        }

        await (await OpenAsync(CodMode.Append)).DisposeAsync();
        Assert.That((await _store.ReadAllAsync(Id)).Select(instance => instance.Bytes), Is.EqualTo(Files[..2].Select(File.ReadAllBytes)));
    }

    [Test]
    public async Task ResumeAsync_OpenedForWriting_StartsFreshUntilTheFirstSync([Values] bool isSynced)
    {
        await _store.StoreAsync(Id, CodMode.Append, Files[..1]);
        CodObject source = await _store.OpenAsync(Id, CodMode.Write);
        if (isSynced)
        {
            await source.AppendAsync([new Instance(Files[1])]);
            await source.SyncAsync();
        }

        await using (CodObject resumed = await CodObject.ResumeAsync(await source.ToTicketAsync()))
        {
            await resumed.AppendAsync([new Instance(Files[2])]);
            await resumed.SyncAsync();
        }

        string[] expected = isSynced ? Files[1..3] : Files[2..3];
        Assert.That((await _store.ReadAllAsync(Id)).Select(instance => instance.Bytes), Is.EqualTo(expected.Select(File.ReadAllBytes)));
        Assert.That(await _store.VerifyAsync(Id), Is.Empty);
    }

    [Test]
    public async Task ToTicketAsync_PendingChangesOrALostLock_IsRefused()
    {
        await using CodObject pending = await OpenAsync(CodMode.Append);
        Assert.That(pending.HasPendingChanges, Is.False);
        await pending.AppendAsync([new Instance(Files[0])]);
        Assert.That(() => pending.ToTicketAsync(), Throws.InvalidOperationException);
        await pending.SyncAsync();
        await _datastore.Store.DeleteAsync($"{Id.Path}/.gradient.lock", ObjectPrecondition.None);
        Assert.That(() => pending.ToTicketAsync(), Throws.InstanceOf<LockLostException>());
        Assert.That(() => CodTicket.Parse("{}"), Throws.InstanceOf<FormatException>());
    }

    private Task<CodObject> OpenAsync(CodMode mode, OpenSeriesOptions? options = null) =>
        _datastore.OpenSeriesAsync(Id.StudyUid, Id.SeriesUid, mode, options);
}
