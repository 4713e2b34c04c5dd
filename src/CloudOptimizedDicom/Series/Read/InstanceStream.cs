using System.Buffers;
using CloudOptimizedDicom.Diagnostics;

namespace CloudOptimizedDicom;

/// <summary>
/// The bytes of one stored instance, fetched when they are read. It can seek; a parser that jumps over the pixels does not
/// fetch them: requests are small at first and grow while reading goes on without jumps. Copied whole, it is one request. Read
/// from the first to the last byte in order, it checks the instance's checksum. Not thread-safe.
/// </summary>
/// <param name="record">The instance.</param>
/// <param name="archiveUri">The archive, for errors.</param>
/// <param name="open">Opens a range of it.</param>
/// <param name="meter">Counts what is read.</param>
internal sealed class InstanceStream(
    InstanceRecord record, string archiveUri, Func<ByteRange, CancellationToken, Task<OpenedRange>> open, CodMeter meter) : Stream
{
    private const int BufferBytes = 32 * 1024;
    private const int FirstRequestBytes = 128 * 1024;
    private const int SecondRequestBytes = 1024 * 1024;

    /// <summary>A jump that is shorter reads on: less than what travels while a request is made.</summary>
    private const int MaxSkipBytes = 16 * 1024;

    private byte[]? _buffer;
    private long _bufferStart;
    private int _bufferLength;
    private Stream? _source;
    private long _sourcePosition;
    private long _sourceEnd;
    private int _requestsInARow;
    private bool _isWhole;
    private bool _isCopying;
    private bool _isCorrupt;
    private bool _isDisposed;
    private long _position;
    private Crc32c _crc32c;

    /// <summary>How many bytes, from the first on, the checksum has seen.</summary>
    private long _checked;

    public override bool CanRead => !_isDisposed;

    public override bool CanSeek => !_isDisposed;

    public override bool CanWrite => false;

    public override long Length => record.SizeBytes;

    public override long Position
    {
        get => _position;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            _position = value;
        }
    }

    private long Remaining => Math.Max(0, Length - _position);

    private int Buffered => _position >= _bufferStart && _position < _bufferStart + _bufferLength ? (int)(_bufferStart + _bufferLength - _position) : 0;

    /// <summary>Makes the request for all bytes, which shows whether the archive has them.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (Length == 0)
        {
            return;
        }

        _isCopying = true;
        try
        {
            await EnsureSourceAsync(1, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _isCopying = false;
        }
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        int wanted = (int)Math.Min(buffer.Length, Remaining);
        if (wanted == 0)
        {
            return 0;
        }

        try
        {
            if (Buffered > 0)
            {
                return ReadBuffered(buffer.Span);
            }

            await EnsureSourceAsync(wanted, cancellationToken).ConfigureAwait(false);
            if (wanted >= BufferBytes)
            {
                int count = await ReadSourceAsync(buffer[..wanted], cancellationToken).ConfigureAwait(false);
                Pass(buffer.Span[..count]);
                return count;
            }

            await FillBufferAsync(cancellationToken).ConfigureAwait(false);
            return ReadBuffered(buffer.Span);
        }
        catch
        {
            // Whoever is told of a failure may never come back: connection and buffer are free from here on.
            Release();
            throw;
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <remarks>Blocks the thread while bytes travel; parsers that know no asynchronous reading need it.</remarks>
    public override int Read(byte[] buffer, int offset, int count)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        return Buffered > count
            ? ReadBuffered(buffer.AsSpan(offset, count))
            : ReadAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();
    }

    public override async Task CopyToAsync(Stream destination, int bufferSize, CancellationToken cancellationToken)
    {
        ValidateCopyToArguments(destination, bufferSize);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(Math.Max(bufferSize, 8 * BufferBytes));
        _isCopying = true;
        try
        {
            for (int read; (read = await ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0;)
            {
                await destination.WriteAsync(buffer.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            _isCopying = false;
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    public override long Seek(long offset, SeekOrigin origin) => Position = origin switch
    {
        SeekOrigin.Begin => offset,
        SeekOrigin.Current => _position + offset,
        _ => Length + offset,
    };

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException("A stored instance does not change.");

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("A stored instance does not change.");

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_isDisposed)
        {
            _isDisposed = true;
            Release();
        }

        base.Dispose(disposing);
    }

    /// <summary>Goes on with the request that is running, where it leads to the position, or makes the next one.</summary>
    private async Task EnsureSourceAsync(int wanted, CancellationToken cancellationToken)
    {
        if (_source is not null && _isWhole)
        {
            _source.Position = _sourcePosition = _position;
            return;
        }

        long ahead = _position - _sourcePosition;
        if (_source is not null && ahead >= 0 && ahead <= MaxSkipBytes && _position < _sourceEnd)
        {
            await SkipAsync(ahead, cancellationToken).ConfigureAwait(false);
            return;
        }

        _requestsInARow = ahead == 0 ? _requestsInARow + 1 : 1;
        CloseSource();
        var range = new ByteRange(_position, RequestBytes(wanted));
        (_source, _isWhole) = await open(range, cancellationToken).ConfigureAwait(false);
        _sourcePosition = _position;
        _sourceEnd = _isWhole ? Length : range.End;
    }

    private long RequestBytes(int wanted)
    {
        long bytes = _requestsInARow switch
        {
            _ when _isCopying => Remaining,
            1 => FirstRequestBytes,
            2 => SecondRequestBytes,
            _ => Remaining,
        };
        bytes = Math.Max(bytes, wanted);

        // What would be left for a request of its own is cheaper to fetch with this one.
        return bytes + FirstRequestBytes >= Remaining ? Remaining : bytes;
    }

    private async Task SkipAsync(long bytes, CancellationToken cancellationToken)
    {
        _bufferLength = 0;
        _buffer ??= ArrayPool<byte>.Shared.Rent(BufferBytes);
        while (bytes > 0)
        {
            bytes -= await ReadSourceAsync(_buffer.AsMemory(0, (int)Math.Min(_buffer.Length, bytes)), cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task FillBufferAsync(CancellationToken cancellationToken)
    {
        _bufferLength = 0;
        _buffer ??= ArrayPool<byte>.Shared.Rent(BufferBytes);
        int count = (int)Math.Min(_buffer.Length, _sourceEnd - _sourcePosition);
        _bufferStart = _position;
        _bufferLength = await ReadSourceAsync(_buffer.AsMemory(0, count), cancellationToken).ConfigureAwait(false);
    }

    private async Task<int> ReadSourceAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        int wanted = (int)Math.Min(buffer.Length, _sourceEnd - _sourcePosition);
        int read = await _source!.ReadAsync(buffer[..wanted], cancellationToken).ConfigureAwait(false);
        if (read == 0)
        {
            meter.ReadFaults.Add(1, TelemetryTag.Kind, "missing");
            throw new TarMissingInstanceException(archiveUri, record.Uid, record.ArchiveRange);
        }

        _sourcePosition += read;
        return read;
    }

    private int ReadBuffered(Span<byte> destination)
    {
        int count = Math.Min(destination.Length, Buffered);
        if (count > 0)
        {
            Span<byte> bytes = _buffer.AsSpan((int)(_position - _bufferStart), count);
            bytes.CopyTo(destination);
            Pass(bytes);
        }

        return count;
    }

    private void Pass(ReadOnlySpan<byte> bytes)
    {
        if (_position == _checked)
        {
            _crc32c.Append(bytes);
            _checked += bytes.Length;
            _isCorrupt = _checked == Length && _crc32c.Value != record.Crc32c;
        }

        if (_isCorrupt)
        {
            meter.ReadFaults.Add(1, TelemetryTag.Kind, "mismatch");
            throw new HashMismatchException(archiveUri, record.Uid, record.Crc32c, _crc32c.Value);
        }

        _position += bytes.Length;
        meter.ReadBytes.Add(bytes.Length);
    }

    private void Release()
    {
        CloseSource();
        _bufferLength = 0;
        if (_buffer is not null)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = null;
        }
    }

    private void CloseSource()
    {
        _source?.Dispose();
        _source = null;
    }
}
