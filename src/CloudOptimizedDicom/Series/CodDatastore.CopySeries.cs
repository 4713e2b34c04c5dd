using CloudOptimizedDicom.Locking;
using CloudOptimizedDicom.Storage;

namespace CloudOptimizedDicom;

public sealed partial class CodDatastore
{
    /// <summary>
    /// Copies a series to another datastore: archive, index and thumbnail byte for byte, and the metadata but for what tells the
    /// place. The archive goes from bucket to bucket by itself where both are reached with the same credential. Only the
    /// destination is locked; the source is read in one state, whoever writes it. A copy that was cut short is made again.
    /// </summary>
    /// <param name="studyUid">Study Instance UID, as stored.</param>
    /// <param name="seriesUid">Series Instance UID, as stored.</param>
    /// <param name="destination">Where to; the series has the same UIDs there.</param>
    /// <param name="options">How; <see langword="null"/> for the defaults.</param>
    /// <param name="progress">Is told the bytes that are at the destination, after each object.</param>
    /// <param name="cancellationToken">Is heard until the first object is written.</param>
    /// <returns>What was done; nothing where the destination has the same series already.</returns>
    /// <exception cref="ArgumentException">A UID cannot be part of a path, or the destination is this datastore.</exception>
    /// <exception cref="CodObjectNotFoundException">There is no such series.</exception>
    /// <exception cref="SeriesExistsException">The destination has another series of these UIDs, which is not to be replaced.</exception>
    /// <exception cref="LockAcquisitionException">Somebody else is writing the series at the destination.</exception>
    /// <exception cref="LockLostException">Somebody else has removed the lock meanwhile; copy again.</exception>
    /// <exception cref="ErrorLogExistsException">An error.log is beside the series, here or there.</exception>
    /// <exception cref="SeriesChangedException">The source does not come to rest.</exception>
    /// <exception cref="SeriesDamagedException">
    /// The objects of the source do not belong together; or the destination has an archive whose instances no metadata knows, and
    /// that is not to be replaced.
    /// </exception>
    /// <exception cref="Metadata.SeriesMetadataException">The metadata is not readable, here or there.</exception>
    /// <exception cref="CopyInterruptedException">Something may have been written, and the lock at the destination stays.</exception>
    /// <exception cref="ObjectStoreException">A store did not answer; nothing was written.</exception>
    /// <exception cref="IOException">There is no room for the archive on this machine.</exception>
    public Task<CopyReport> CopySeriesAsync(
        string studyUid,
        string seriesUid,
        CodDatastore destination,
        CopyOptions? options = null,
        IProgress<long>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(destination);
        if (destination.Uri == Uri)
        {
            throw new ArgumentException($"{Uri} cannot be copied to itself.", nameof(destination));
        }

        return new SeriesCopy(this, destination, new SeriesId(studyUid, seriesUid), options ?? new CopyOptions(), progress).RunAsync(cancellationToken);
    }
}
