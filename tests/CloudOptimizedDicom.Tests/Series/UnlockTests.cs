using CloudOptimizedDicom.Locking;
using CloudOptimizedDicom.Metadata;

namespace CloudOptimizedDicom.Tests.Series;

/// <summary>Locks that may not be removed, whoever asks for it.</summary>
public sealed class UnlockTests
{
    private static readonly SeriesId Id = DamagedSeries.Id;

    private TemporaryDatastore _store = null!;
    private DamagedSeries _series = null!;

    [SetUp]
    public async Task LeaveLockAndMetadataWithoutArchive()
    {
        _store = await TemporaryDatastore.CreateAsync();
        _series = new DamagedSeries(_store.Datastore);
        await _series.CreateAsync(_store.Datastore);
        await _series.EditAsync(_series.Names.Metadata, WithoutArchive);
        await _series.LeaveLockAsync(LockOperation.Append);
    }

    [TearDown]
    public async Task DeleteStore() => await _store.DisposeAsync();

    [Test]
    public async Task UnlockSeriesAsync_ArchiveOfADeadWriterUnderMetadataThatNamesNone_IsRefused()
    {
        await _series.EditAsync(_series.Names.Metadata, _ => WithoutArchive(_series.EarlierMetadata));
        Assert.That(UnlockAsync, Throws.InstanceOf<SeriesDamagedException>());
        Assert.That(await _store.Datastore.ReadLockAsync(Id.StudyUid, Id.SeriesUid), Is.Not.Null);
        await _store.Datastore.RepairSeriesAsync(Id.StudyUid, Id.SeriesUid, new RepairOptions { TakeOverLock = true });
        Assert.That(await _store.VerifyAsync(Id), Is.Empty);
    }

    [Test]
    public async Task UnlockSeriesAsync_ArchiveOfOursThatFitsMetadataThatNamesNone_RemovesTheLock()
    {
        Assert.That(await UnlockAsync(), Is.Not.Null);
        Assert.That(await _store.VerifyAsync(Id), Is.Empty);
    }

    [Test]
    public async Task UnlockSeriesAsync_ArchiveOfAnotherToolUnderMetadataThatNamesNone_RemovesTheLock()
    {
        string archive = Path.Combine(_store.StorePath, _series.Names.Tar);
        await File.WriteAllBytesAsync(archive, await File.ReadAllBytesAsync(archive));
        Assert.That(await UnlockAsync(), Is.Not.Null);
        Assert.That(await _store.Datastore.ReadLockAsync(Id.StudyUid, Id.SeriesUid), Is.Null);
    }

    private byte[] WithoutArchive(byte[] bytes)
    {
        SeriesMetadata metadata = SeriesMetadata.Parse(bytes, _series.Names.Metadata).Clone();
        (metadata.Tar, metadata.Index) = (null, null);
        return StoredSeries.ToBytes(metadata, _store.Datastore.Store, _series.Names).ToArray();
    }

    private Task<LockHolder?> UnlockAsync() => _store.Datastore.UnlockSeriesAsync(Id.StudyUid, Id.SeriesUid, new UnlockOptions { Force = true });
}
