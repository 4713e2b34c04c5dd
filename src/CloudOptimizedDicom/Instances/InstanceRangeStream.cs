namespace CloudOptimizedDicom;

/// <summary>An instance from front to back in as few range reads as memory allows: one when it is small.</summary>
internal sealed class InstanceRangeStream(long sizeBytes, ReadInstanceRange read) : Stream
{
    private ReadOnlyMemory<byte> _window;
    private long _requested;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => sizeBytes;

    public override long Position
    {
        get => _requested - _window.Length;
        set => throw new NotSupportedException("The stream only goes forward.");
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_window.IsEmpty && _requested < sizeBytes)
        {
            var range = new ByteRange(_requested, Math.Min(InstanceScanner.MaxBufferedBytes, sizeBytes - _requested));
            _window = await read(range, cancellationToken).ConfigureAwait(false);
            _requested = range.End;
        }

        int count = Math.Min(buffer.Length, _window.Length);
        _window[..count].CopyTo(buffer);
        _window = _window[count..];
        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) =>
        throw new NotSupportedException("The stream is read asynchronously.");

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException("The stream only goes forward.");

    public override void SetLength(long value) => throw new NotSupportedException("The stream is read-only.");

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("The stream is read-only.");
}
