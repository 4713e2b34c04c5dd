using System.Collections.Concurrent;
using CloudOptimizedDicom.Part10;
using CloudOptimizedDicom.Storage;

namespace CloudOptimizedDicom;

public sealed partial class CodObject
{
    private readonly ConcurrentDictionary<InstanceRecord, FrameIndex?> _frames = new(ReferenceEqualityComparer.Instance);

    /// <summary>
    /// Tells where the stored frames of an instance are. A table that the Python library wrote may be 8 bytes too high; what
    /// this gives is proven, from the record where that is possible, else by reading a little of the instance, once.
    /// </summary>
    /// <param name="instanceUid">The UID that it is stored under.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <returns>
    /// Ranges within the instance; <see langword="null"/> for a single frame, and where frames cannot be told apart without
    /// decoding the instance.
    /// </returns>
    /// <exception cref="InstanceNotFoundException">There is none.</exception>
    /// <exception cref="InstanceMetadataException">Its tags are damaged.</exception>
    /// <exception cref="InvalidDicomException">The instance had to be parsed, and is not readable as DICOM.</exception>
    /// <exception cref="SeriesChangedException">The series does not come to rest, or has other bytes by now.</exception>
    /// <exception cref="ObjectStoreException">The store did not answer.</exception>
    public async Task<FrameIndex?> LocateFramesAsync(string instanceUid, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        FrameSource source = OpenFrames(GetRecord(instanceUid), FrameReadOptions.Default, new SemaphoreSlim(1), isKept: false);
        await using (source.ConfigureAwait(false))
        {
            return await source.LocateAsync(cancellationToken).ConfigureAwait(false);
        }
    }
}
