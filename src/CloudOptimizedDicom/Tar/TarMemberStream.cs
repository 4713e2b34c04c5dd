using Microsoft.Win32.SafeHandles;

namespace CloudOptimizedDicom.Tar;

/// <summary>Takes the bytes of one member, as many as its header says. The file stays open.</summary>
internal sealed class TarMemberStream(SafeFileHandle file, ByteRange data) : Stream
{
    private long _position;
    private bool _closed;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => !_closed;

    public override long Length => throw new NotSupportedException("The stream only goes forward.");

    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException("The stream only goes forward.");
    }

    /// <exception cref="IOException">Bytes are missing.</exception>
    public void Complete()
    {
        if (_position != data.Length)
        {
            throw new IOException($"A member of {data.Length} bytes was announced, {_position} came.");
        }
    }

    public override void Write(ReadOnlySpan<byte> buffer) => RandomAccess.Write(file, buffer, Advance(buffer.Length));

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        RandomAccess.WriteAsync(file, buffer, Advance(buffer.Length), cancellationToken);

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("The stream is write-only.");

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException("The stream only goes forward.");

    public override void SetLength(long value) => throw new NotSupportedException("The length is fixed.");

    protected override void Dispose(bool disposing)
    {
        // A stream that the caller kept must not write over the members behind.
        _closed = true;
        base.Dispose(disposing);
    }

    private long Advance(int count)
    {
        ObjectDisposedException.ThrowIf(_closed, this);
        if (count > data.Length - _position)
        {
            throw new IOException($"A member of {data.Length} bytes was announced, more than that came.");
        }

        long offset = data.Offset + _position;
        _position += count;
        return offset;
    }
}
