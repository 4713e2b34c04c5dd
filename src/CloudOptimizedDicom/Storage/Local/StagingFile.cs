using Microsoft.Win32.SafeHandles;

namespace CloudOptimizedDicom.Storage.Local;

/// <summary>
/// A scratch file that a store may take by moving it. It is deleted on dispose unless it was moved, and while this object
/// lives no other process takes it for the leftover of a crash. Not thread-safe.
/// </summary>
internal sealed class StagingFile : IDisposable
{
    private const FileShare ShareAll = FileShare.ReadWrite | FileShare.Delete;

    private readonly FileStream? _hold;

    private StagingFile(string path, FileStream stream, FileStream? hold)
    {
        Path = path;
        Stream = stream;
        _hold = hold;
    }

    public string Path { get; }

    /// <summary>
    /// For writing and reading. Dispose it before the file is uploaded: Windows may set the time of the last write when the
    /// writer closes.
    /// </summary>
    public FileStream Stream { get; }

    /// <summary>Creates an empty file, and its directory when needed.</summary>
    public static StagingFile Create(string directory)
    {
        Directory.CreateDirectory(directory);
        string path = System.IO.Path.Join(directory, Guid.NewGuid().ToString("N"));
        FileStream stream = TemporaryFile.CreateNamed(path, ShareAll, FileOptions.Asynchronous, bufferSize: 4096);
        var hold = new FileStream(path, FileMode.Open, FileAccess.Read, ShareAll, bufferSize: 0);
        Hold(hold.SafeFileHandle);
        return new StagingFile(path, stream, hold);
    }

    /// <summary>The mode of a file that is created in a directory as files usually are, which depends on the process and on the directory.</summary>
    public static UnixFileMode? ReadUsualMode(string directory)
    {
        if (OperatingSystem.IsWindows())
        {
            return null;
        }

        using var probe = new FileStream(
            System.IO.Path.Join(directory, Guid.NewGuid().ToString("N")), FileMode.CreateNew, FileAccess.Write, ShareAll, bufferSize: 0, FileOptions.DeleteOnClose);
        return File.GetUnixFileMode(probe.SafeFileHandle);
    }

    /// <summary>Gives the file the mode with which it is to be seen by others; until then only its owner may read it.</summary>
    public void SetMode(UnixFileMode? mode)
    {
        // Mounts that give all files one mode may refuse to set it, even to what it is.
        if (mode is { } value && !OperatingSystem.IsWindows() && File.GetUnixFileMode(Stream.SafeFileHandle) != value)
        {
            File.SetUnixFileMode(Stream.SafeFileHandle, value);
        }
    }

    /// <summary>Opens a file that somebody else wrote and will delete.</summary>
    public static StagingFile Open(string path) =>
        new(path, new FileStream(path, FileMode.Open, FileAccess.ReadWrite, ShareAll, bufferSize: 0), hold: null);

    /// <summary>Says, until a handle is closed, that a file in the staging directory is not the leftover of a crash.</summary>
    public static void Hold(SafeFileHandle file)
    {
        try
        {
            FileLock.TryTake(file, isShared: true);
        }
        catch (IOException)
        {
            // Without locks nothing is ever stored, nor taken for a leftover; and this may be another directory than that of a store.
        }
    }

    /// <summary>Deletes files that no process holds, last written before a time.</summary>
    public static void DeleteLeftovers(string directory, DateTimeOffset before)
    {
        if (!Directory.Exists(directory))
        {
            return;
        }

        foreach (FileInfo file in new DirectoryInfo(directory).EnumerateFiles().Where(file => file.LastWriteTimeUtc < before))
        {
            try
            {
                // Deleted while it is locked, so that nobody begins to hold it in between.
                using var held = new FileStream(file.FullName, FileMode.Open, FileAccess.ReadWrite, FileShare.Delete);
                if (FileLock.TryTake(held.SafeFileHandle, isShared: false))
                {
                    file.Delete();
                }
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // Somebody holds it, or was faster.
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Stream.Dispose();
        if (_hold is null)
        {
            return;
        }

        try
        {
            File.Delete(Path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // It is left to the next process that opens the store for writing.
        }

        _hold.Dispose();
    }
}
