using CloudOptimizedDicom.Testing.Requests;

namespace CloudOptimizedDicom.Testing.Http;

/// <summary>The body of a request: counts its bytes, and breaks off where a fault says so.</summary>
internal sealed class RequestBodyStream(Stream inner, RequestEntry entry) : ForwardStream
{
    private long? _cutAtBytes;

    public override bool CanRead => true;

    // What was read ahead of the rule counts too: a cut before it is a cut now.
    public void CutAt(long bytes)
    {
        _cutAtBytes = bytes;
        if (entry.BytesUp > bytes)
        {
            throw new ConnectionDroppedException();
        }
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        long allowed = _cutAtBytes is { } cut ? cut - entry.BytesUp : long.MaxValue;
        int read = await inner.ReadAsync(allowed == 0 ? new byte[1] : buffer[..(int)Math.Min(buffer.Length, allowed)], cancellationToken)
            .ConfigureAwait(false);
        if (read > 0 && allowed == 0)
        {
            throw new ConnectionDroppedException();
        }

        entry.AddBytesUp(read);
        return read;
    }
}
