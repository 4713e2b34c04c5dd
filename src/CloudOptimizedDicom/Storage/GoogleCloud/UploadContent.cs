using System.Buffers;
using System.Net;

namespace CloudOptimizedDicom.Storage.GoogleCloud;

/// <summary>The body of a request: what an upload has from some point to its end.</summary>
internal sealed class UploadContent(GcsCall call, UploadSource source, long offset) : HttpContent
{
    private const int BufferBytes = 128 << 10;

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            source.Seek(offset);
            for (int count; (count = await source.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0;)
            {
                await stream.WriteAsync(buffer.AsMemory(0, count), cancellationToken).ConfigureAwait(false);
                call.KeepAlive();
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = source.SizeBytes - offset;
        return true;
    }
}
