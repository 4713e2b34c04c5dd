namespace CloudOptimizedDicom.Cli.Commands;

/// <summary>The file that <c>--uid-key</c> names. What is in it is never printed.</summary>
internal static class UidKeyFile
{
    private const int MaxBytes = 64 * 1024;

    /// <summary>Reads the key: all bytes of the file, a line end at its end included.</summary>
    /// <exception cref="UsageException">They are too few, or too many to be a key.</exception>
    public static async Task<KeyedUidHasher> ReadAsync(string path, CancellationToken cancellationToken)
    {
        await using Stream file = await InputStream.OpenAsync(path, cancellationToken);
        byte[] key = new byte[MaxBytes + 1];
        int read = await file.ReadAtLeastAsync(key, key.Length, throwOnEndOfStream: false, cancellationToken);
        return read is >= KeyedUidHasher.MinKeyBytes and <= MaxBytes
            ? new KeyedUidHasher(key.AsSpan(0, read))
            : throw new UsageException($"{path} is no key: one has {KeyedUidHasher.MinKeyBytes} to {MaxBytes} bytes.");
    }
}
