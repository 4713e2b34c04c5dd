namespace CloudOptimizedDicom;

/// <summary>
/// Files on this machine that hold instances for a while. Nobody but their owner may read them, and none outlives its process
/// where the system lets a file live without a name.
/// </summary>
internal static class TemporaryFile
{
    /// <summary>For reading and writing by its owner only.</summary>
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Creates one that is gone when it is closed, or when the process ends in whatever way.</summary>
    /// <param name="directory">Where; null for the system's directory for temporary files.</param>
    public static FileStream Create(string? directory = null)
    {
        string folder = directory ?? Path.GetTempPath();
        Directory.CreateDirectory(folder);
        ScratchLeftovers.DeleteOnce(folder);
        string path = Path.Combine(folder, $"cod-{Guid.NewGuid():N}.tmp");

        // Windows deletes it even when the process is killed; elsewhere the file lives on without its name.
        FileStream file = CreateNamed(path, FileShare.Read, OperatingSystem.IsWindows() ? FileOptions.DeleteOnClose : FileOptions.None);
        try
        {
            if (!OperatingSystem.IsWindows())
            {
                File.Delete(path);
            }

            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Creates one that keeps its name, to be moved or deleted by the caller.</summary>
    /// <param name="path">The name, which nothing has.</param>
    /// <param name="share">What others may do to it.</param>
    /// <param name="options">More of it.</param>
    /// <param name="bufferSize">Bytes that are written together.</param>
    public static FileStream CreateNamed(string path, FileShare share, FileOptions options = FileOptions.None, int bufferSize = 0)
    {
        var creation = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Share = share,
            BufferSize = bufferSize,
            Options = options,
        };
        if (!OperatingSystem.IsWindows())
        {
            creation.UnixCreateMode = Private;
        }

        return new FileStream(path, creation);
    }
}
