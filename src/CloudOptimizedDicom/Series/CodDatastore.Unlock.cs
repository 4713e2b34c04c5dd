using CloudOptimizedDicom.Locking;
using CloudOptimizedDicom.Storage;

namespace CloudOptimizedDicom;

public sealed partial class CodDatastore
{
    /// <summary>Tells who holds the lock of a series.</summary>
    /// <param name="studyUid">Study Instance UID, as stored.</param>
    /// <param name="seriesUid">Series Instance UID, as stored.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <returns>The holder; <see langword="null"/> when it is not locked.</returns>
    /// <exception cref="ArgumentException">A UID cannot be part of a path.</exception>
    /// <exception cref="ObjectStoreException">The store did not answer.</exception>
    public Task<LockHolder?> ReadLockAsync(string studyUid, string seriesUid, CancellationToken cancellationToken = default) =>
        new SeriesLock(Store, Name(new SeriesId(studyUid, seriesUid)).Lock).ReadHolderAsync(cancellationToken);

    /// <summary>
    /// Removes the lock of a series whose writer died. What that has left is not touched; verify afterwards, and repair where
    /// something is found.
    /// </summary>
    /// <param name="studyUid">Study Instance UID, as stored.</param>
    /// <param name="seriesUid">Series Instance UID, as stored.</param>
    /// <param name="options">Which locks; <see langword="null"/> for the defaults.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <returns>Who held it; <see langword="null"/> when it was not locked.</returns>
    /// <exception cref="ArgumentException">A UID cannot be part of a path.</exception>
    /// <exception cref="LockAcquisitionException">The lock names instances, or is of a deletion or repair, or is too young, or was taken anew meanwhile.</exception>
    /// <exception cref="ObjectStoreException">The store did not answer.</exception>
    public async Task<LockHolder?> UnlockSeriesAsync(
        string studyUid, string seriesUid, UnlockOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new UnlockOptions();
        SeriesNames names = Name(new SeriesId(studyUid, seriesUid));
        var seriesLock = new SeriesLock(Store, names.Lock);
        if (await seriesLock.ReadHolderAsync(cancellationToken).ConfigureAwait(false) is not { } holder)
        {
            return null;
        }

        if (!options.Force && !await IsLeftAsync(seriesLock, holder, options.OlderThan, cancellationToken).ConfigureAwait(false))
        {
            throw new LockAcquisitionException(seriesLock.Uri, holder);
        }

        try
        {
            await Store.DeleteAsync(names.Lock, ObjectPrecondition.GenerationIs(holder.Generation), cancellationToken).ConfigureAwait(false);
            return holder;
        }
        catch (PreconditionFailedException)
        {
            throw new LockAcquisitionException(seriesLock.Uri, await seriesLock.ReadHolderAsync(cancellationToken).ConfigureAwait(false));
        }
    }

    private static async Task<bool> IsLeftAsync(SeriesLock seriesLock, LockHolder holder, TimeSpan olderThan, CancellationToken cancellationToken) =>
        holder.Age >= olderThan
        && holder.Operation is not (LockOperation.Delete or LockOperation.Repair)
        && await seriesLock.ReadContentAsync(holder.Generation, cancellationToken).ConfigureAwait(false) is { } content
        && StoredSeries.NamesNoInstance(content, seriesLock.Uri);
}
