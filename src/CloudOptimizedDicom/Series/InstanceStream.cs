namespace CloudOptimizedDicom;

/// <summary>
/// The bytes of one stored instance. It can seek; reading on from where it stands needs no new request. Read from the first
/// to the last byte in order, it checks the instance's checksum. Not thread-safe.
/// </summary>
internal sealed class InstanceStream(InstanceRecord record, string archiveUri, Func<long, CancellationToken, Task<Stream>> open) : Stream
{
    private Stream? _source;
    private bool _isDisposed;
    private long _sourcePosition;
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

    /// <summary>Makes the request for all bytes, so that errors come before the stream is handed out.</summary>
    public async Task<InstanceStream> StartAsync(CancellationToken cancellationToken)
    {
        _source = await open(0, cancellationToken).ConfigureAwait(false);
        return this;
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        int wanted = (int)Math.Min(buffer.Length, Math.Max(0, Length - _position));
        if (wanted == 0)
        {
            return 0;
        }

        if (_source is null || _sourcePosition != _position)
        {
            await ReopenAsync(cancellationToken).ConfigureAwait(false);
        }

        int read = await _source!.ReadAsync(buffer[..wanted], cancellationToken).ConfigureAwait(false);
        if (read == 0)
        {
            throw new TarMissingInstanceException(archiveUri, record.Uid, record.ArchiveRange);
        }

        Check(buffer.Span[..read]);
        _position = _sourcePosition += read;
        return read;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <remarks>Blocks the thread while bytes travel; parsers that know no asynchronous reading need it.</remarks>
    public override int Read(byte[] buffer, int offset, int count) =>
        ReadAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

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

    public override async ValueTask DisposeAsync()
    {
        _isDisposed = true;
        if (_source is not null)
        {
            await _source.DisposeAsync().ConfigureAwait(false);
            _source = null;
        }

        await base.DisposeAsync().ConfigureAwait(false);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _isDisposed = true;
            _source?.Dispose();
            _source = null;
        }

        base.Dispose(disposing);
    }

    private async Task ReopenAsync(CancellationToken cancellationToken)
    {
        if (_source is not null)
        {
            await _source.DisposeAsync().ConfigureAwait(false);
            _source = null;
        }

        _source = await open(_position, cancellationToken).ConfigureAwait(false);
        _sourcePosition = _position;
    }

    private void Check(ReadOnlySpan<byte> bytes)
    {
        if (_position != _checked)
        {
            return;
        }

        _crc32c.Append(bytes);
        _checked += bytes.Length;
        if (_checked == Length && _crc32c.Value != record.Crc32c)
        {
            throw new HashMismatchException(archiveUri, record.Uid, record.Crc32c, _crc32c.Value);
        }
    }
}
