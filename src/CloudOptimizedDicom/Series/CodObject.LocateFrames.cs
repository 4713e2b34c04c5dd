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
        InstanceRecord record = GetRecord(instanceUid);
        if (_appended.ContainsKey(instanceUid))
        {
            // Its table was made here, a moment ago.
            return record.Frames;
        }

        if (_frames.TryGetValue(record, out FrameIndex? frames))
        {
            return frames;
        }

        Stream? proven = null;
        try
        {
            return _frames[record] = await FrameLocator.ResolveAsync(record, ReadAsync, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            if (proven is not null)
            {
                await proven.DisposeAsync().ConfigureAwait(false);
            }
        }

        async ValueTask<ReadOnlyMemory<byte>> ReadAsync(ByteRange range, CancellationToken token)
        {
            var bytes = new byte[range.Length];
            if (proven is not null)
            {
                proven.Position = range.Offset;
                await proven.ReadExactlyAsync(bytes, token).ConfigureAwait(false);
                return bytes;
            }

            Stream stream = await Reader.OpenAsync(record, range, token).ConfigureAwait(false);

            // Where the whole instance had to be fetched to be sure of it, it serves all other ranges as well.
            proven = stream.CanSeek ? stream : null;
            try
            {
                await stream.ReadExactlyAsync(bytes, token).ConfigureAwait(false);
            }
            finally
            {
                if (proven is null)
                {
                    await stream.DisposeAsync().ConfigureAwait(false);
                }
            }

            return bytes;
        }
    }
}
