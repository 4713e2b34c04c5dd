using CloudOptimizedDicom.Diagnostics;
using CloudOptimizedDicom.Locking;
using CloudOptimizedDicom.Storage;

namespace CloudOptimizedDicom;

public sealed partial class CodDatastore
{
    /// <summary>
    /// Deletes a series with all its instances. The metadata goes first, so a reader sees the series whole or not at all. If
    /// the call is cut short after that, the lock stays and says so, and <c>cod repair</c> finishes the deletion.
    /// </summary>
    /// <param name="studyUid">Study Instance UID, as stored.</param>
    /// <param name="seriesUid">Series Instance UID, as stored.</param>
    /// <param name="cancellationToken">Is heard until the first object is deleted.</param>
    /// <returns>When nothing of it is left.</returns>
    /// <exception cref="ArgumentException">A UID cannot be part of a path.</exception>
    /// <exception cref="CodObjectNotFoundException">There is neither metadata nor an archive.</exception>
    /// <exception cref="LockAcquisitionException">Somebody else is writing it.</exception>
    /// <exception cref="LockLostException">Somebody else has removed the lock meanwhile; what was written since stays.</exception>
    /// <exception cref="ObjectStoreException">The store did not answer.</exception>
    public Task DeleteSeriesAsync(string studyUid, string seriesUid, CancellationToken cancellationToken = default)
    {
        SeriesNames names = Name(new SeriesId(studyUid, seriesUid));
        return CodActivitySource.TraceAsync(CodActivitySource.Delete, $"{Store.RootUri}/{names.Folder}", async _ =>
        {
            await DeleteAsync(names, cancellationToken).ConfigureAwait(false);
            Meter.DeletedSeries.Add(1);
            return names;
        });
    }

    private async Task DeleteAsync(SeriesNames names, CancellationToken cancellationToken)
    {
        // A series is deleted also when nobody can read its metadata.
        ReadOnlyMemory<byte> backup = await StoredSeries.ReadBackupAsync(Store, names, cancellationToken).ConfigureAwait(false);
        var seriesLock = new SeriesLock(Store, names.Lock, Meter);
        SeriesLockHandle handle = await seriesLock.AcquireAsync(LockOperation.Delete, backup, cancellationToken).ConfigureAwait(false);
        var deletion = new SeriesDeletion(Store, names, handle);
        try
        {
            await deletion.RunAsync(cancellationToken).ConfigureAwait(false);
        }
        catch when (!deletion.HasTouchedStore)
        {
            await CodObject.ReleaseAsync(this, handle, $"{Store.RootUri}/{names.Folder}").ConfigureAwait(false);
            throw;
        }
        catch
        {
            LeaveLock($"{Store.RootUri}/{names.Folder}");
            throw;
        }

        await CodObject.ReleaseAsync(this, handle, $"{Store.RootUri}/{names.Folder}").ConfigureAwait(false);
    }
}
