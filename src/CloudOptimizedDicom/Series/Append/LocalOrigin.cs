namespace CloudOptimizedDicom;

/// <summary>A file of this machine as it was when an append began to read it.</summary>
/// <param name="Path">The file.</param>
/// <param name="SizeBytes">Its size.</param>
/// <param name="ModifiedTime">When it was changed last, in UTC.</param>
internal sealed record LocalOrigin(string Path, long SizeBytes, DateTime ModifiedTime)
{
    /// <summary>The UID that its bytes are stored under; null until they were taken.</summary>
    public string? StoredUid { get; init; }

    /// <summary>The checksum of what was read.</summary>
    public uint Crc32c { get; init; }

    /// <summary>Looks at what is to be read; null when there is nothing, or nothing with such a name can be.</summary>
    public static LocalOrigin? TryObserve(FileInstanceSource source)
    {
        try
        {
            return Observe(source.Path);
        }
        catch (Exception error) when (error is ArgumentException or UriFormatException or IOException or UnauthorizedAccessException)
        {
            // Reading it fails as well, and says why.
            return null;
        }
    }

    /// <summary>Looks at a file; null when there is none.</summary>
    public static LocalOrigin? Observe(string path)
    {
        var file = new FileInfo(path);
        return file.Exists ? new LocalOrigin(file.FullName, file.Length, file.LastWriteTimeUtc) : null;
    }

    /// <summary>Deletes the file unless it has changed.</summary>
    /// <returns>Why it stays; null when it is gone.</returns>
    public string? TryDelete()
    {
        try
        {
            if (Observe(Path) is not { } now)
            {
                return null;
            }

            if (now.SizeBytes != SizeBytes || now.ModifiedTime != ModifiedTime)
            {
                return "it has changed since it was read";
            }

            File.Delete(Path);
            return null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return error.Message;
        }
    }
}
