using CloudOptimizedDicom.Diagnostics;

namespace CloudOptimizedDicom.Storage.GoogleCloud;

/// <summary>
/// The bytes of one generation of an object, forward only. A connection that breaks is replaced by one for the rest; bytes of
/// a whole object are compared with its checksum. Owns the answer. Not thread-safe.
/// </summary>
internal sealed class GcsContentStream(
    GcsClient client,
    string uri,
    ByteRange range,
    uint? expectedCrc32c,
    HttpResponseMessage response,
    Stream body,
    Func<GcsCall, long, CancellationToken, Task<HttpResponseMessage>> reopen) : Stream
{
    private const int AgainBytes = 128 * 1024;

    private HttpResponseMessage _response = response;
    private Stream _body = body;
    private Crc32c _crc32c;
    private long _position = range.Offset;
    private bool _isDisposed;

    public override bool CanRead => !_isDisposed;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException("The stream only goes forward; ObjectContent.Range tells its length.");

    public override long Position
    {
        get => _position - range.Offset;
        set => throw new NotSupportedException("The stream only goes forward.");
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        cancellationToken.ThrowIfCancellationRequested();
        buffer = buffer[..(int)Math.Min(buffer.Length, range.End - _position)];
        if (buffer.IsEmpty)
        {
            return 0;
        }

        using GcsCall call = client.Begin("read", uri, cancellationToken);
        bool isBroken = false;
        int count = await client.RunAsync(
            call,
            async token =>
            {
                if (isBroken)
                {
                    await ReopenAsync(call, token).ConfigureAwait(false);
                }

                // Whatever ends this attempt, the next one needs a new connection.
                isBroken = true;
                int read = await _body.ReadAsync(buffer, token).ConfigureAwait(false);
                return read > 0 ? read : throw new HttpIOException(HttpRequestError.ResponseEnded, "The answer ended early.");
            }).ConfigureAwait(false);
        Pass(buffer.Span[..count]);
        if (_position == range.End && expectedCrc32c is { } expected && _crc32c.Value != expected)
        {
            throw GcsErrors.FromChecksum(call, expected, _crc32c.Value, await IsReadAgainAsync(call).ConfigureAwait(false));
        }

        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) =>
        ReadAsync(buffer.AsMemory(offset, count), CancellationToken.None).AsTask().GetAwaiter().GetResult();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException("The stream only goes forward.");

    public override void SetLength(long value) => throw new NotSupportedException("The stream is read-only.");

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("The stream is read-only.");

    protected override void Dispose(bool disposing)
    {
        _isDisposed = true;
        _response.Dispose();
        base.Dispose(disposing);
    }

    private async Task ReopenAsync(GcsCall call, CancellationToken cancellationToken)
    {
        _response.Dispose();
        _response = await reopen(call, _position, cancellationToken).ConfigureAwait(false);
        _body = await _response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
    }

    private void Pass(ReadOnlySpan<byte> bytes)
    {
        _position += bytes.Length;
        client.Meter.StoreBytes.Add(bytes.Length, TelemetryTag.Direction, "receive");
        if (expectedCrc32c is not null)
        {
            _crc32c.Append(bytes);
        }
    }

    /// <summary>Whether the bytes come just so once more: then it is not the connection that has changed them.</summary>
    private Task<bool> IsReadAgainAsync(GcsCall call) => client.RunAsync(call, async token =>
    {
        using HttpResponseMessage again = await reopen(call, range.Offset, token).ConfigureAwait(false);
        Stream body = await again.Content.ReadAsStreamAsync(token).ConfigureAwait(false);
        await using (body.ConfigureAwait(false))
        {
            var crc32c = default(Crc32c);
            byte[] buffer = new byte[AgainBytes];
            for (int read; (read = await body.ReadAsync(buffer, token).ConfigureAwait(false)) > 0;)
            {
                crc32c.Append(buffer.AsSpan(0, read));
                client.Meter.StoreBytes.Add(read, TelemetryTag.Direction, "receive");
            }

            return crc32c.Value == _crc32c.Value;
        }
    });
}
