using System.Buffers;

namespace CloudOptimizedDicom;

/// <summary>Counts, checksums and copies the bytes that are read through it. The streams at both ends stay open.</summary>
internal sealed class PassingStream(Stream source, Stream? copyTo) : Stream
{
    private const int DrainBytes = 128 * 1024;

    private Crc32c _crc32c;

    public long BytesPassed { get; private set; }

    public uint Crc32c => _crc32c.Value;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException("The length is not known before the end.");

    public override long Position
    {
        get => BytesPassed;
        set => throw new NotSupportedException("The stream only goes forward.");
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int count = await source.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        _crc32c.Append(buffer.Span[..count]);
        BytesPassed += count;
        if (copyTo is not null && count > 0)
        {
            await copyTo.WriteAsync(buffer[..count], cancellationToken).ConfigureAwait(false);
        }

        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) =>
        throw new NotSupportedException("The stream is read asynchronously.");

    /// <summary>Lets the rest go by.</summary>
    public async Task DrainAsync(CancellationToken cancellationToken)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(DrainBytes);
        try
        {
            while (await ReadAsync(buffer, cancellationToken).ConfigureAwait(false) > 0)
            {
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException("The stream only goes forward.");

    public override void SetLength(long value) => throw new NotSupportedException("The stream is read-only.");

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("The stream is read-only.");
}
