using CloudOptimizedDicom.Storage.Local;

namespace CloudOptimizedDicom;

/// <summary>A file of this machine as it was when an append read it.</summary>
/// <param name="Path">Its full path.</param>
/// <param name="Stamp">What it was.</param>
internal sealed record LocalOrigin(string Path, FileStamp Stamp)
{
    /// <summary>The UID that its bytes are stored under; null until they were taken.</summary>
    public string? StoredUid { get; init; }

    /// <summary>The checksum of what was read.</summary>
    public uint Crc32c { get; init; }

    public long SizeBytes => Stamp.SizeBytes;

    /// <summary>Whether there is such a file; false as well where nothing can have such a name: reading it says why.</summary>
    public static bool Exists(FileInstanceSource source)
    {
        try
        {
            return File.Exists(source.Path);
        }
        catch (UriFormatException)
        {
            return false;
        }
    }

    /// <summary>
    /// Deletes the file if it is the one that was read, untouched, and its bytes are those that were stored: they are read
    /// again, because a write through a memory mapping need not show anywhere else.
    /// </summary>
    /// <param name="storeFiles">What is not to be deleted.</param>
    /// <param name="cancellationToken">Keeps the file.</param>
    /// <returns>Why it stays; null when it is gone.</returns>
    public async Task<string?> TryDeleteAsync(StoreFiles storeFiles, CancellationToken cancellationToken)
    {
        try
        {
            if (FileStamp.OfEntry(Path) is not { } entry)
            {
                return null;
            }

            if ((OpenedFile.FindObstacle(entry) ?? storeFiles.FindReason(Path, Stamp.Identity)) is { } reason)
            {
                return reason;
            }

            using OpenedFile file = await OpenedFile.OpenAsync(Path, cancellationToken).ConfigureAwait(false);
            if (file.Stamp != Stamp)
            {
                return "it has changed since it was read";
            }

            uint crc32c = await file.ComputeCrc32cAsync(cancellationToken).ConfigureAwait(false);
            return crc32c == Crc32c
                ? file.TryDelete()
                : $"its bytes have changed since it was read: CRC-32C {CloudOptimizedDicom.Crc32c.ToBase64(crc32c)}, stored is {CloudOptimizedDicom.Crc32c.ToBase64(Crc32c)}";
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or OperationCanceledException)
        {
            return error.Message;
        }
    }
}
