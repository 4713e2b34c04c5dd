namespace CloudOptimizedDicom;

/// <summary>Takes bytes that go by, and knows the checksum of the first of them.</summary>
/// <param name="prefixBytes">How many.</param>
internal sealed class PrefixChecksumStream(long prefixBytes) : Stream
{
    private Crc32c _crc32c;
    private long _left = prefixBytes;

    /// <summary>CRC-32C of the first bytes; null while fewer have come.</summary>
    public uint? Crc32c => _left == 0 ? _crc32c.Value : null;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        ReadOnlySpan<byte> counted = buffer[..(int)Math.Min(_left, buffer.Length)];
        _crc32c.Append(counted);
        _left -= counted.Length;
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Write(buffer.Span);
        return ValueTask.CompletedTask;
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
