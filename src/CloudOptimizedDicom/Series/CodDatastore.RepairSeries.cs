using CloudOptimizedDicom.Locking;
using CloudOptimizedDicom.Storage;

namespace CloudOptimizedDicom;

public sealed partial class CodDatastore
{
    /// <summary>
    /// Mends what a writer that died, or a damaged disk, has left: the archive decides which instances there are. Metadata and
    /// index are made again from it; what the archive cannot tell, such as original paths, comes from the metadata, or from the
    /// copy that the lock keeps, wherever a record is of the very bytes. Bytes without the recorded checksum are never recorded under
    /// its UID: they are kept as a member <c>damaged/…</c>, and <see cref="RepairOptions.Originals"/> put the instance back. No bytes
    /// that may be of an instance are deleted. The deletion of a series that was begun is finished. A series in which nothing is wrong
    /// stays as it is.
    /// </summary>
    /// <remarks>It is not offered on <see cref="CodObject"/>: what needs it most cannot be opened.</remarks>
    /// <param name="studyUid">Study Instance UID; the hashed one of a series that hides its own.</param>
    /// <param name="seriesUid">Series Instance UID; the hashed one of a series that hides its own.</param>
    /// <param name="options">How; <see langword="null"/> for the defaults.</param>
    /// <param name="cancellationToken">Is heard until the first object is written or deleted.</param>
    /// <returns>What was done; it was refused when instances are lost, unless <see cref="RepairOptions.ForgetLost"/> is set.</returns>
    /// <exception cref="ArgumentException">A UID cannot be part of a path.</exception>
    /// <exception cref="CodObjectNotFoundException">There is nothing of this series.</exception>
    /// <exception cref="LockAcquisitionException">Somebody holds the lock, and it is not to be taken over.</exception>
    /// <exception cref="LockLostException">Somebody else has removed the lock meanwhile; repair again.</exception>
    /// <exception cref="SeriesDamagedException">Somebody else has replaced the archive meanwhile; repair again.</exception>
    /// <exception cref="CodSyncException">Something may have been written, and the lock stays; repair again.</exception>
    /// <exception cref="ObjectStoreException">The store did not answer.</exception>
    /// <exception cref="IOException">There is no room for the archive, twice over, on this machine.</exception>
    public Task<RepairReport> RepairSeriesAsync(
        string studyUid, string seriesUid, RepairOptions? options = null, CancellationToken cancellationToken = default) =>
        new SeriesRepair(this, Name(new SeriesId(studyUid, seriesUid)), options ?? new RepairOptions()).RunAsync(cancellationToken);
}
