using Microsoft.Win32.SafeHandles;

namespace CloudOptimizedDicom.Storage.Local;

/// <summary>A range of an open file, forward only; owns the handle. Not thread-safe.</summary>
internal sealed class FileContentStream(SafeFileHandle file, ByteRange range, string uri, uint? expectedCrc32c) : Stream
{
    private const int AgainBytes = 128 * 1024;

    private Crc32c _crc32c;
    private long _position = range.Offset;

    public override bool CanRead => !file.IsClosed;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException("The stream only goes forward; ObjectContent.Range tells its length.");

    public override long Position
    {
        get => _position - range.Offset;
        set => throw new NotSupportedException("The stream only goes forward.");
    }

    public override int Read(Span<byte> buffer)
    {
        ObjectDisposedException.ThrowIf(file.IsClosed, this);
        buffer = buffer[..Available(buffer.Length)];
        try
        {
            int count = buffer.IsEmpty ? 0 : RandomAccess.Read(file, buffer, _position);
            return Pass(buffer, count);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ObjectRequestException("read", uri, exception.Message, exception);
        }
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <summary>Reads at once on the calling thread: the system would read on one of the pool as well, and what is read is mostly cached.</summary>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult(Read(buffer.Span));
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException("The stream only goes forward.");

    public override void SetLength(long value) => throw new NotSupportedException("The stream is read-only.");

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("The stream is read-only.");

    protected override void Dispose(bool disposing)
    {
        file.Dispose();
        base.Dispose(disposing);
    }

    private int Available(int wanted) => (int)Math.Min(wanted, range.End - _position);

    private int Pass(ReadOnlySpan<byte> buffer, int count)
    {
        if (count == 0 && !buffer.IsEmpty)
        {
            throw new ObjectRequestException("read", uri, $"the file ends at {_position} instead of {range.End}");
        }

        _position += count;
        if (expectedCrc32c is not { } expected)
        {
            return count;
        }

        _crc32c.Append(buffer[..count]);
        return _position < range.End || _crc32c.Value == expected
            ? count
            : throw new ChecksumMismatchException("read", uri, expected, _crc32c.Value, isDamage: ReadAgain() == _crc32c.Value);
    }

    private uint ReadAgain()
    {
        var crc32c = default(Crc32c);
        byte[] buffer = new byte[AgainBytes];
        for (long at = range.Offset; at < range.End && RandomAccess.Read(file, buffer, at) is > 0 and var count; at += count)
        {
            crc32c.Append(buffer.AsSpan(0, (int)Math.Min(count, range.End - at)));
        }

        return crc32c.Value;
    }
}
