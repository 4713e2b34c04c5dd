using CloudOptimizedDicom.Storage;

namespace CloudOptimizedDicom;

/// <summary>
/// The bytes of an instance, forward only. Whatever fails while they are read is a <see cref="SourceReadException"/>, and more
/// of them than there were at the beginning is a <see cref="SourceChangedException"/>.
/// </summary>
internal sealed class SourceContent(string uri, Stream content, long sizeBytes, uint? crc32c) : Stream
{
    private long _passed;

    /// <summary>Bytes of the whole instance, also when only the first of them were asked for.</summary>
    public long SizeBytes { get; } = sizeBytes;

    /// <summary>CRC-32C of the whole instance; null when the source does not know it.</summary>
    public uint? Crc32c { get; } = crc32c;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => SizeBytes;

    public override long Position
    {
        get => throw new NotSupportedException("The stream only goes forward.");
        set => throw new NotSupportedException("The stream only goes forward.");
    }

    /// <summary>Whether an error of a file system, a connection or a store says that a source cannot be read.</summary>
    public static bool IsOfSource(Exception error) =>
        error is IOException or UnauthorizedAccessException or HttpRequestException or ObjectStoreException;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            int count = await content.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
            _passed += count;
            return _passed <= SizeBytes ? count : throw new SourceChangedException(uri, SizeBytes, _passed);
        }
        catch (Exception error) when (IsOfSource(error))
        {
            throw new SourceReadException(uri, error);
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("The stream is read asynchronously.");

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException("The stream only goes forward.");

    public override void SetLength(long value) => throw new NotSupportedException("The stream is read-only.");

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("The stream is read-only.");

    public override async ValueTask DisposeAsync()
    {
        await content.DisposeAsync().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            content.Dispose();
        }

        base.Dispose(disposing);
    }
}
