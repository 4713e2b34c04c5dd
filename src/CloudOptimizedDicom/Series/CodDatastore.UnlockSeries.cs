using CloudOptimizedDicom.Diagnostics;
using CloudOptimizedDicom.Locking;
using CloudOptimizedDicom.Metadata;
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
    /// <exception cref="SeriesDamagedException">
    /// The metadata has instances and names no archive, and the writer that died has left one that does not fit it: <c>cod repair --force</c>,
    /// which is <see cref="RepairOptions.TakeOverLock"/>, mends that. Nothing was changed.
    /// </exception>
    /// <exception cref="ObjectStoreException">The store did not answer.</exception>
    public async Task<LockHolder?> UnlockSeriesAsync(
        string studyUid, string seriesUid, UnlockOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new UnlockOptions();
        SeriesNames names = Name(new SeriesId(studyUid, seriesUid));
        var seriesLock = new SeriesLock(Store, names.Lock, Meter);
        if (await seriesLock.ReadHolderAsync(cancellationToken).ConfigureAwait(false) is not { } holder)
        {
            return null;
        }

        if (!options.Force && await EmptyLock.TryReadAsync(seriesLock, holder, options.OlderThan, cancellationToken).ConfigureAwait(false) is null)
        {
            throw seriesLock.Refuse(holder);
        }

        await RequireReadableWithoutLockAsync(names, cancellationToken).ConfigureAwait(false);
        try
        {
            await Store.DeleteAsync(names.Lock, ObjectPrecondition.GenerationIs(holder.Generation), cancellationToken).ConfigureAwait(false);
            Meter.LockEvents.Add(1, TelemetryTag.Event, LockEvent.Removed);
            return holder;
        }
        catch (PreconditionFailedException)
        {
            throw seriesLock.Refuse(await seriesLock.ReadHolderAsync(cancellationToken).ConfigureAwait(false));
        }
    }

    /// <summary>
    /// A writer that died after its archive leaves one that metadata which names none, as Python's, would be read with.
    /// </summary>
    private async Task RequireReadableWithoutLockAsync(SeriesNames names, CancellationToken cancellationToken)
    {
        ObjectInfo? archive = await Store.GetInfoAsync(names.Tar, cancellationToken).ConfigureAwait(false);
        if (archive?.UploadId is null || await ReadReadableAsync(names, cancellationToken).ConfigureAwait(false) is not { Metadata: { Instances.Count: > 0 } metadata })
        {
            return;
        }

        string? fault = await new ArchiveProof(metadata, names.Id, $"{Store.RootUri}/{names.Tar}").FindFaultAsync(
            ArchiveStanding.Of(metadata, archive, archive.Crc32c), Store, Options.ScratchDirectory, cancellationToken).ConfigureAwait(false);
        if (fault is not null)
        {
            throw new SeriesDamagedException(
                $"{Store.RootUri}/{names.Folder}",
                $"{fault}; its metadata does not say which archive is its own, and only a repair that takes over the lock can tell them apart");
        }
    }

    private async Task<StoredSeries?> ReadReadableAsync(SeriesNames names, CancellationToken cancellationToken)
    {
        try
        {
            return await StoredSeries.ReadAsync(Store, names, known: null, Options.Decompression, cancellationToken).ConfigureAwait(false);
        }
        catch (SeriesMetadataException)
        {
            return null;
        }
    }

    /// <summary>Says that a lock stays on purpose: what it was held for may have reached the store and did not end.</summary>
    internal void LeaveLock(string seriesUri)
    {
        Meter.LockEvents.Add(1, TelemetryTag.Event, LockEvent.Left);
        Logger.LockLeftBehind(seriesUri);
    }
}
