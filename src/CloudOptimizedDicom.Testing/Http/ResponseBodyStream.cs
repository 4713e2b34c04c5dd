using CloudOptimizedDicom.Testing.Requests;

namespace CloudOptimizedDicom.Testing.Http;

/// <summary>The body of an answer: counts its bytes, and breaks off where a fault says so.</summary>
internal sealed class ResponseBodyStream(Stream inner, RequestEntry entry, long? cutAtBytes) : ForwardStream
{
    public override bool CanWrite => true;

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        long allowed = cutAtBytes is { } cut ? cut - entry.BytesDown : long.MaxValue;
        ReadOnlyMemory<byte> passed = buffer[..(int)Math.Min(buffer.Length, allowed)];
        entry.AddBytesDown(passed.Length);
        await inner.WriteAsync(passed, cancellationToken).ConfigureAwait(false);
        if (passed.Length < buffer.Length)
        {
            await inner.FlushAsync(cancellationToken).ConfigureAwait(false);
            throw new ConnectionDroppedException();
        }
    }
}
