namespace CloudOptimizedDicom.Storage.GoogleCloud;

/// <summary>
/// The bytes of an upload, which may be read again from any point. What differs from the announced size or checksum is found
/// before the last of the bytes is given out. Not thread-safe.
/// </summary>
internal sealed class UploadSource : IDisposable
{
    private readonly GcsCall _call;
    private readonly ObjectUpload _upload;
    private readonly Stream _stream;
    private long _position;
    private long _summedBytes;
    private Crc32c _crc32c;

    public UploadSource(GcsCall call, ObjectUpload upload)
    {
        (_call, _upload) = (call, upload);
        try
        {
            _stream = upload.Open();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw GcsErrors.FromSource(call, exception);
        }
    }

    public long SizeBytes => _upload.SizeBytes;

    /// <summary>How far the bytes were ever read.</summary>
    public long ReachedBytes => _summedBytes;

    /// <summary>Goes back to a point that was reached before.</summary>
    public void Seek(long offset)
    {
        _stream.Position = offset;
        _position = offset;
    }

    /// <summary>Reads on; 0 at the end.</summary>
    /// <exception cref="ChecksumMismatchException">The bytes are others than announced.</exception>
    /// <exception cref="ObjectRequestException">They cannot be read.</exception>
    public async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        try
        {
            buffer = buffer[..(int)Math.Min(buffer.Length, SizeBytes - _position)];
            int count = await _stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
            _position += count;
            if (_position > _summedBytes)
            {
                _crc32c.Append(buffer.Span[(int)(count - (_position - _summedBytes))..count]);
                _summedBytes = _position;
            }

            bool isShort = count == 0 && _position < SizeBytes;
            bool isWrong = _position == SizeBytes && (_crc32c.Value != _upload.Crc32c || await HasMoreAsync(cancellationToken).ConfigureAwait(false));
            return isShort || isWrong ? throw GcsErrors.FromChecksum(_call, _upload.Crc32c, _crc32c.Value) : count;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw GcsErrors.FromSource(_call, exception);
        }
    }

    public void Dispose() => _stream.Dispose();

    private async ValueTask<bool> HasMoreAsync(CancellationToken cancellationToken) =>
        await _stream.ReadAsync(new byte[1], cancellationToken).ConfigureAwait(false) > 0;
}
