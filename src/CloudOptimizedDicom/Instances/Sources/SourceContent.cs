using CloudOptimizedDicom.Storage;
using CloudOptimizedDicom.Storage.Local;

namespace CloudOptimizedDicom;

/// <summary>
/// The bytes of an instance, forward only. Whatever fails while they are read is a <see cref="SourceReadException"/>, also an
/// answer that ends early. A file that is not what it was when it was opened is a <see cref="SourceChangedException"/>, thrown
/// by the read that finds its end: only who has read to the end has the bytes of one state.
/// </summary>
/// <param name="uri">Where they come from.</param>
/// <param name="content">The bytes.</param>
/// <param name="sizeBytes">How many the whole instance has.</param>
/// <param name="crc32c">The checksum of the whole instance; null when the source does not know it.</param>
internal sealed class SourceContent(string uri, Stream content, long sizeBytes, uint? crc32c) : Stream
{
    private long _passed;

    public string Uri => uri;

    /// <summary>Bytes of the whole instance, also when only the first of them were asked for.</summary>
    public long SizeBytes { get; } = sizeBytes;

    /// <summary>CRC-32C of the whole instance; null when the source does not know it.</summary>
    public uint? Crc32c { get; } = crc32c;

    /// <summary>Bytes that are to come: fewer than the whole when only the first of them were asked for.</summary>
    public long LengthBytes { get; init; } = sizeBytes;

    /// <summary>Whether a source that ends early would have been noticed.</summary>
    public bool HasKnownEnd { get; init; } = true;

    /// <summary>The file that is read; null when the bytes come from elsewhere. It belongs to the stream.</summary>
    public OpenedFile? File { get; init; }

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
            if (_passed > SizeBytes)
            {
                throw new SourceChangedException(uri, SizeBytes, _passed);
            }

            if (count == 0 && !buffer.IsEmpty)
            {
                RequireWhole();
            }

            return count;
        }
        catch (Exception error) when (IsOfSource(error))
        {
            throw new SourceReadException(uri, error);
        }
    }

    /// <summary>At the end: whether it is the end of what was opened.</summary>
    private void RequireWhole()
    {
        if (File?.FindChange() is { } change)
        {
            throw new SourceChangedException(uri, SizeBytes, _passed, change);
        }

        if (_passed < LengthBytes)
        {
            throw File is not null
                ? new SourceChangedException(uri, SizeBytes, _passed)
                : new EndOfStreamException($"the answer ends after {_passed} of {LengthBytes} bytes");
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
