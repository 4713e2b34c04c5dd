using CloudOptimizedDicom.Locking;
using CloudOptimizedDicom.Metadata;
using CloudOptimizedDicom.Storage;

namespace CloudOptimizedDicom;

/// <summary>
/// The uploads of one sync, in their order; the metadata comes last and makes the others count. Each is fenced by the
/// generation that was seen under the lock. A commit that failed may be run again: what is done is not done twice.
/// </summary>
/// <param name="store">The store.</param>
/// <param name="names">The series.</param>
/// <param name="handle">The lock.</param>
/// <param name="stored">The metadata as it was read under the lock; null when there was none.</param>
/// <param name="empty">The metadata of the series as it would be without instances.</param>
internal sealed class SeriesCommit(IObjectStore store, SeriesNames names, SeriesLockHandle handle, StoredSeries? stored, SeriesMetadata empty)
{
    private const int MaxFenceAttempts = 3;

    private readonly Dictionary<string, ObjectInfo> _done = [];
    private long _metadataFence = stored?.Info.Generation ?? 0;
    private ObjectUpload? _sameMetadata;

    /// <summary>Whether something is in the store that was not there before, or may be.</summary>
    public bool HasTouchedStore { get; private set; }

    private string SeriesUri => $"{store.RootUri}/{names.Folder}";

    /// <summary>An archive as it is uploaded.</summary>
    public static ObjectUpload ToArchiveUpload(ObjectUpload bytes, CodDatastoreOptions options) =>
        bytes with { ContentType = "application/x-tar", StorageClass = options.StorageClass };

    /// <summary>An index as it is uploaded.</summary>
    public static ObjectUpload ToIndexUpload(ReadOnlyMemory<byte> index) => ObjectUpload.FromMemory(index) with { ContentType = "application/vnd.sqlite3" };

    /// <summary>Uploads the archive, and gives what the metadata is to remember of it.</summary>
    /// <param name="upload">Its bytes; the same in every run, so that the store knows it again.</param>
    /// <param name="fence">The archive that may be replaced.</param>
    /// <param name="onOther">What to do when another one is live.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <exception cref="SeriesDamagedException">Another one is live and is not to be replaced. Nothing was written.</exception>
    /// <exception cref="CodSyncException">Something may have been written.</exception>
    public async Task<ObjectIdentity> UploadArchiveAsync(ObjectUpload upload, ArchiveFence fence, OnOtherGeneration onOther, CancellationToken cancellationToken) =>
        ToIdentity(upload, await UploadOnceAsync(names.Tar, () => UploadArchiveFencedAsync(upload, fence, onOther, cancellationToken)).ConfigureAwait(false));

    /// <summary>Uploads the index, and gives what the metadata is to remember of it. It is made from the archive and holds nothing of its own, so whatever is there may go.</summary>
    public async Task<ObjectIdentity> UploadIndexAsync(ObjectUpload upload, long fence, CancellationToken cancellationToken) =>
        ToIdentity(upload, await UploadOnceAsync(names.Index, () => UploadDerivedFencedAsync(names.Index, upload, fence, cancellationToken)).ConfigureAwait(false));

    /// <summary>Uploads a thumbnail. It is made from instances and holds nothing of its own, so whatever is there may go.</summary>
    public Task<ObjectInfo> UploadThumbnailAsync(string name, ObjectUpload upload, long fence, CancellationToken cancellationToken) =>
        UploadOnceAsync(name, () => UploadDerivedFencedAsync(name, upload, fence, cancellationToken));

    /// <summary>Uploads the metadata, which commits.</summary>
    /// <exception cref="CodSyncException">Something may have been written.</exception>
    public Task<ObjectInfo> UploadMetadataAsync(ObjectUpload upload, CancellationToken cancellationToken) =>
        UploadOnceAsync(names.Metadata, () => UploadMetadataFencedAsync(upload, cancellationToken));

    /// <summary>What a caller is told when a commit ends early that has touched the store.</summary>
    /// <param name="failedObject">The object at which it ended.</param>
    /// <param name="error">The cause.</param>
    public CodSyncException ToException(string failedObject, Exception error) =>
        new(SeriesUri, failedObject, [.. _done.Keys.Select(done => $"{store.RootUri}/{done}")], error);

    private static ObjectIdentity ToIdentity(ObjectUpload upload, ObjectInfo info) => new(info.Generation, upload.SizeBytes, upload.Crc32c);

    private async Task<ObjectInfo> UploadOnceAsync(string name, Func<Task<ObjectInfo>> upload)
    {
        if (_done.TryGetValue(name, out ObjectInfo? info))
        {
            return info;
        }

        try
        {
            info = await upload().ConfigureAwait(false);
        }
        catch (Exception error) when (error is CodException or OperationCanceledException or IOException)
        {
            HasTouchedStore |= error is ObjectStoreException { MayHaveApplied: true } or OperationCanceledException;
            if (!HasTouchedStore)
            {
                throw;
            }

            throw ToException($"{store.RootUri}/{name}", error);
        }

        HasTouchedStore = true;
        _done[name] = info;
        return info;
    }

    private async Task<ObjectInfo> UploadArchiveFencedAsync(
        ObjectUpload upload, ArchiveFence fence, OnOtherGeneration onOther, CancellationToken cancellationToken)
    {
        for (int attempt = 1; ; attempt++)
        {
            if (!fence.IsOfMetadata)
            {
                await InvalidateOtherWritersAsync(cancellationToken).ConfigureAwait(false);
            }

            try
            {
                // Of an upload whose answer was lost the store knows by its id that it has arrived.
                return await store.UploadAsync(names.Tar, upload, ObjectPrecondition.GenerationIs(fence.Generation), cancellationToken).ConfigureAwait(false);
            }
            catch (PreconditionFailedException error) when (onOther == OnOtherGeneration.Fail || attempt == MaxFenceAttempts)
            {
                throw new SeriesDamagedException(SeriesUri, "the archive is not what it was when the lock was taken, or was left by a writer that died", error);
            }
            catch (PreconditionFailedException)
            {
                // Another one is live: see below.
            }

            ObjectInfo? live = await store.GetInfoAsync(names.Tar, cancellationToken).ConfigureAwait(false);
            fence = new ArchiveFence(live?.Generation ?? 0, IsOfMetadata: false);
        }
    }

    private async Task<ObjectInfo> UploadDerivedFencedAsync(string name, ObjectUpload upload, long fence, CancellationToken cancellationToken)
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                return await store.UploadAsync(name, upload, ObjectPrecondition.GenerationIs(fence), cancellationToken).ConfigureAwait(false);
            }
            catch (PreconditionFailedException) when (attempt < MaxFenceAttempts)
            {
                fence = (await store.GetInfoAsync(name, cancellationToken).ConfigureAwait(false))?.Generation ?? 0;
            }

            // In this order: what another writer puts there after this is no longer what was just seen.
            await handle.RequireHeldAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<ObjectInfo> UploadMetadataFencedAsync(ObjectUpload upload, CancellationToken cancellationToken)
    {
        try
        {
            return await store.UploadAsync(names.Metadata, upload, ObjectPrecondition.GenerationIs(_metadataFence), cancellationToken).ConfigureAwait(false);
        }
        catch (PreconditionFailedException error)
        {
            throw new LockLostException(handle.Uri, $"somebody else has written {store.RootUri}/{names.Metadata}", error);
        }
    }

    /// <summary>
    /// An archive that is not the one of the metadata was left by a writer that died, or that only stalled after its lock was
    /// removed. If it woke up after its archive was replaced, its metadata would describe an archive that is gone. So the
    /// metadata is written again as it is, or an empty one where there is none: whoever read it before cannot commit any more.
    /// </summary>
    private async Task InvalidateOtherWritersAsync(CancellationToken cancellationToken)
    {
        await handle.RequireHeldAsync(cancellationToken).ConfigureAwait(false);
        _sameMetadata ??= StoredSeries.ToUpload(stored?.Bytes ?? StoredSeries.ToBytes(empty, store, names));
        try
        {
            ObjectInfo info = await UploadMetadataFencedAsync(_sameMetadata, cancellationToken).ConfigureAwait(false);
            _metadataFence = info.Generation;
        }
        catch (OperationCanceledException)
        {
            HasTouchedStore = true;
            throw;
        }

        HasTouchedStore = true;
        _sameMetadata = null;
    }
}
