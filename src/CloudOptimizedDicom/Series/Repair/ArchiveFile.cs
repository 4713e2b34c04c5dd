using CloudOptimizedDicom.Storage;
using CloudOptimizedDicom.Tar;

namespace CloudOptimizedDicom;

/// <summary>An archive in a file on this machine, which is gone when disposed. Can be read at several places at once.</summary>
internal sealed class ArchiveFile : IAsyncDisposable
{
    private readonly FileStream _file;

    /// <param name="file">The file; disposed with this.</param>
    /// <param name="crc32c">CRC-32C of all of it.</param>
    public ArchiveFile(FileStream file, uint crc32c)
    {
        _file = file;
        Crc32c = crc32c;
        SizeBytes = RandomAccess.GetLength(file.SafeFileHandle);
    }

    public long SizeBytes { get; }

    public uint Crc32c { get; }

    public ITarSource Source => new TarFileSource(_file.SafeFileHandle);

    /// <summary>Its bytes for a store; it must not be disposed until the upload is over.</summary>
    public ObjectUpload ToUpload() => ObjectUpload.FromHandle(_file.SafeFileHandle, SizeBytes, Crc32c);

    /// <summary>Brings an archive here.</summary>
    public static async Task<ArchiveFile> DownloadAsync(string? directory, ObjectContent content, CancellationToken cancellationToken)
    {
        FileStream file = TemporaryFile.Create(directory);
        try
        {
            var passing = new PassingStream(content.Content, file);
            await passing.DrainAsync(cancellationToken).ConfigureAwait(false);
            return new ArchiveFile(file, passing.Crc32c);
        }
        catch
        {
            await file.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Bytes of a part of the archive; fewer only where it ends.</summary>
    public Stream OpenRead(ByteRange range)
    {
        long end = Math.Min(range.End, SizeBytes);
        long start = Math.Min(range.Offset, end);
        return new InstanceRangeStream(end - start, (part, token) => ReadAsync(new ByteRange(start + part.Offset, part.Length), token));
    }

    /// <summary>CRC-32C of a part of the archive, as far as it goes.</summary>
    public Task<uint> ChecksumAsync(ByteRange range, CancellationToken cancellationToken) => FileChecksum.ComputeAsync(_file.SafeFileHandle, range, cancellationToken);

    public ValueTask DisposeAsync() => _file.DisposeAsync();

    private async ValueTask<ReadOnlyMemory<byte>> ReadAsync(ByteRange range, CancellationToken cancellationToken)
    {
        var bytes = new byte[range.Length];
        int read = await Source.ReadAtAsync(bytes, range.Offset, cancellationToken).ConfigureAwait(false);
        return read == bytes.Length ? bytes : throw new EndOfStreamException("a scratch file became shorter while it was read");
    }
}
