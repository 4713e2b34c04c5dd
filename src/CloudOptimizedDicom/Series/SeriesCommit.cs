using CloudOptimizedDicom.Storage;

namespace CloudOptimizedDicom;

/// <summary>
/// The uploads of one sync, in their order; the metadata comes last and makes the others count. Each is fenced by the
/// generation that was seen under the lock. A commit that failed may be run again: what is done is not done twice.
/// </summary>
/// <param name="store">The store.</param>
/// <param name="seriesUri">The series, for errors.</param>
/// <param name="isLockHeld">Asks whether the lock is still ours.</param>
internal sealed class SeriesCommit(IObjectStore store, string seriesUri, Func<CancellationToken, Task<bool>> isLockHeld)
{
    private const int MaxFenceAttempts = 3;

    private readonly Dictionary<string, ObjectInfo> _done = [];

    /// <summary>Whether something is in the store that was not there before, or may be.</summary>
    public bool HasTouchedStore { get; private set; }

    /// <summary>Uploads one object, unless an earlier run has.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="upload">Its bytes; the same in every run, so that the store knows it again.</param>
    /// <param name="fence">The generation that may be replaced; 0 for none.</param>
    /// <param name="onOther">What to do when another generation is live.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    public async Task<ObjectInfo> UploadAsync(string name, ObjectUpload upload, long fence, OnOtherGeneration onOther, CancellationToken cancellationToken)
    {
        if (_done.TryGetValue(name, out ObjectInfo? info))
        {
            return info;
        }

        try
        {
            info = await UploadFencedAsync(name, upload, fence, onOther, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (error is ObjectStoreException or OperationCanceledException or SeriesDamagedException or IOException)
        {
            HasTouchedStore |= error is ObjectStoreException { MayHaveApplied: true } or OperationCanceledException;
            if (!HasTouchedStore)
            {
                throw;
            }

            throw new CodSyncException(seriesUri, $"{store.RootUri}/{name}", [.. _done.Keys.Select(done => $"{store.RootUri}/{done}")], error);
        }

        HasTouchedStore = true;
        _done[name] = info;
        return info;
    }

    private async Task<ObjectInfo> UploadFencedAsync(
        string name, ObjectUpload upload, long fence, OnOtherGeneration onOther, CancellationToken cancellationToken)
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                // Of an upload whose answer was lost the store knows by its id that it has arrived.
                return await store.UploadAsync(name, upload, ObjectPrecondition.GenerationIs(fence), cancellationToken).ConfigureAwait(false);
            }
            catch (PreconditionFailedException error) when (onOther == OnOtherGeneration.Fail || attempt == MaxFenceAttempts)
            {
                throw new SeriesDamagedException(seriesUri, $"{name} is not what it was when the lock was taken, or was left by a writer that died", error);
            }
            catch (PreconditionFailedException)
            {
                // Another one is live: see below.
            }

            if (!await isLockHeld(cancellationToken).ConfigureAwait(false))
            {
                throw new SeriesDamagedException(seriesUri, "its lock was broken by somebody else");
            }

            ObjectInfo? live = await store.GetInfoAsync(name, cancellationToken).ConfigureAwait(false);
            fence = live?.Generation ?? 0;
        }
    }
}
