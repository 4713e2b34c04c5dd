using System.Security.Cryptography;

namespace CloudOptimizedDicom.Testing.Objects;

/// <summary>Takes bytes in order. What is not completed before it is disposed is gone.</summary>
internal sealed class BlobWriter(string filePath, int maxMemoryBytes) : IAsyncDisposable
{
#pragma warning disable CA5351 // MD5 is what Cloud Storage gives; nothing is secured by it.
    private readonly IncrementalHash _md5 = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
#pragma warning restore CA5351
    private MemoryStream? _memory = new();
    private FileStream? _file;
    private Crc32c _crc32c;
    private bool _isCompleted;

    public long SizeBytes { get; private set; }

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        if (_file is null && SizeBytes + bytes.Length > maxMemoryBytes)
        {
            await SpillAsync(cancellationToken).ConfigureAwait(false);
        }

        await ((Stream?)_file ?? _memory!).WriteAsync(bytes, cancellationToken).ConfigureAwait(false);
        _crc32c.Append(bytes.Span);
        _md5.AppendData(bytes.Span);
        SizeBytes += bytes.Length;
    }

    public async ValueTask<Blob> CompleteAsync()
    {
        if (_file is null && maxMemoryBytes == 0)
        {
            await SpillAsync(CancellationToken.None).ConfigureAwait(false);
        }

        string md5Hash = Convert.ToBase64String(_md5.GetHashAndReset());
        _isCompleted = true;
        if (_file is null)
        {
            return new Blob(_memory!.ToArray(), _crc32c.Value, md5Hash);
        }

        await _file.DisposeAsync().ConfigureAwait(false);
        return new Blob(filePath, SizeBytes, _crc32c.Value, md5Hash);
    }

    public async ValueTask DisposeAsync()
    {
        _md5.Dispose();
        _memory = null;
        if (_file is not null)
        {
            await _file.DisposeAsync().ConfigureAwait(false);
            if (!_isCompleted)
            {
                File.Delete(filePath);
            }
        }
    }

    private async ValueTask SpillAsync(CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(filePath)!);
        _file = new FileStream(filePath, FileMode.CreateNew, FileAccess.Write, FileShare.Read, 1 << 16, FileOptions.Asynchronous);
        _memory!.Position = 0;
        await _memory.CopyToAsync(_file, cancellationToken).ConfigureAwait(false);
        _memory = null;
    }
}
