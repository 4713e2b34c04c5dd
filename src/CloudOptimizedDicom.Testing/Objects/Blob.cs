namespace CloudOptimizedDicom.Testing.Objects;

/// <summary>Bytes that do not change any more, in memory or in a file of their own.</summary>
internal sealed class Blob
{
    private readonly byte[]? _bytes;

    public Blob(byte[] bytes, uint crc32c, string md5Hash)
        : this(bytes.Length, crc32c, md5Hash) => _bytes = bytes;

    public Blob(string filePath, long sizeBytes, uint crc32c, string md5Hash)
        : this(sizeBytes, crc32c, md5Hash) => FilePath = filePath;

    private Blob(long sizeBytes, uint crc32c, string md5Hash)
    {
        SizeBytes = sizeBytes;
        Crc32c = crc32c;
        Md5Hash = md5Hash;
    }

    public string? FilePath { get; }

    public long SizeBytes { get; }

    public uint Crc32c { get; }

    public string Md5Hash { get; }

    // A reader goes on with a file that is deleted meanwhile.
    public Stream Open() => _bytes is not null
        ? new MemoryStream(_bytes, writable: false)
        : new FileStream(FilePath!, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1, FileOptions.Asynchronous);

    public void Delete()
    {
        if (FilePath is not null)
        {
            File.Delete(FilePath);
        }
    }
}
