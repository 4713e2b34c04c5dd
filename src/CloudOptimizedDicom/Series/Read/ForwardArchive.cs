using System.Buffers;

namespace CloudOptimizedDicom;

/// <summary>An archive that goes by once: instances are taken out in the order of their place.</summary>
internal sealed class ForwardArchive(Stream content, string archiveUri, long position = 0)
{
    private const int CopyBytes = 256 * 1024;

    private long _position = position;

    /// <summary>Copies the next instance and checks it.</summary>
    /// <exception cref="TarMissingInstanceException">The archive is past its place already, or ends before it.</exception>
    /// <exception cref="HashMismatchException">Other bytes are there.</exception>
    public async Task CopyInstanceAsync(InstanceRecord record, Stream destination, CancellationToken cancellationToken)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(CopyBytes);
        try
        {
            while (_position < record.ArchiveRange.Offset)
            {
                await ReadAsync(buffer, record.ArchiveRange.Offset - _position, record, cancellationToken).ConfigureAwait(false);
            }

            var crc32c = default(Crc32c);
            while (_position < record.ArchiveRange.End)
            {
                int read = await ReadAsync(buffer, record.ArchiveRange.End - _position, record, cancellationToken).ConfigureAwait(false);
                crc32c.Append(buffer.AsSpan(0, read));
                await destination.WriteAsync(buffer.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
            }

            if (crc32c.Value != record.Crc32c)
            {
                throw new HashMismatchException(archiveUri, record.Uid, record.Crc32c, crc32c.Value);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private async Task<int> ReadAsync(byte[] buffer, long limit, InstanceRecord record, CancellationToken cancellationToken)
    {
        int read = _position > record.ArchiveRange.End
            ? 0
            : await content.ReadAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, limit)), cancellationToken).ConfigureAwait(false);
        if (read == 0)
        {
            throw new TarMissingInstanceException(archiveUri, record.Uid, record.ArchiveRange);
        }

        _position += read;
        return read;
    }
}
