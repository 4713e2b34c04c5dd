using Microsoft.Win32.SafeHandles;

namespace CloudOptimizedDicom.Storage.Local;

/// <summary>
/// A file that is open for reading, with what it was at the beginning: whoever has read it can tell whether it stayed as it
/// was, and delete the very file that was read. Not thread-safe.
/// </summary>
internal sealed class OpenedFile : IDisposable
{
    private const int MaxSettleAttempts = 10;

    private readonly bool _isSettled;

    private OpenedFile(string path, SafeFileHandle handle, FileStamp stamp, bool isSettled)
    {
        Path = path;
        Handle = handle;
        Stamp = stamp;
        _isSettled = isSettled;
    }

    /// <summary>The full path, as it was given.</summary>
    public string Path { get; }

    public SafeFileHandle Handle { get; }

    /// <summary>What it was when it was opened.</summary>
    public FileStamp Stamp { get; }

    /// <summary>Opens a regular file; whatever else has the name is refused. One that was written within the last tick of the file system's clock is waited for.</summary>
    public static async Task<OpenedFile> OpenAsync(string path, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        string full = System.IO.Path.GetFullPath(path);
        SafeFileHandle handle = RegularFile.OpenRead(full, FileShare.Read | FileShare.Delete);
        try
        {
            for (int attempt = 1; ; attempt++)
            {
                FileStamp stamp = FileStamp.Of(handle);
                TimeSpan wait = stamp.TimeToSettle(DateTimeOffset.UtcNow);
                if (wait <= TimeSpan.Zero || attempt == MaxSettleAttempts)
                {
                    return new OpenedFile(full, handle, stamp, wait <= TimeSpan.Zero);
                }

                // A delay is cut to whole milliseconds, and one too short would be in vain.
                await Task.Delay(wait + TimeSpan.FromMilliseconds(1), cancellationToken).ConfigureAwait(false);
            }
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>Why what stands at a path is not to be deleted as a file; null when it is one.</summary>
    public static string? FindObstacle(FileStamp entry) => entry.Kind switch
    {
        EntryKind.File => null,
        EntryKind.Folder => "it is a folder",
        EntryKind.Link => "it is a symbolic link",
        _ => "it is not a regular file",
    };

    /// <summary>The bytes from the beginning; the stream closes the file.</summary>
    public FileStream OpenRead() => new(Handle, FileAccess.Read, bufferSize: 0);

    /// <summary>What has happened to the file since it was opened; null for nothing.</summary>
    public string? FindChange()
    {
        FileStamp now = FileStamp.Of(Handle);
        return now.SizeBytes != Stamp.SizeBytes ? $"it has {now.SizeBytes} bytes instead of {Stamp.SizeBytes}"
            : now != Stamp ? "it was written, renamed or linked"
            : _isSettled ? null : "somebody keeps writing to it";
    }

    /// <summary>CRC-32C of the bytes that the file has now.</summary>
    public Task<uint> ComputeCrc32cAsync(CancellationToken cancellationToken) =>
        FileChecksum.ComputeAsync(Handle, new ByteRange(0, Stamp.SizeBytes), cancellationToken);

    /// <summary>Deletes the file, unless it was touched since it was opened or another one has its name.</summary>
    /// <returns>Why it stays; null when it is gone.</returns>
    public string? TryDelete()
    {
        string path = FinalPath.OfEntry(Path);
        if (FindChange() is { } change)
        {
            return change;
        }

        // The last look before it goes: a name is all that there is to delete by.
        if (FileStamp.OfEntry(path) is { } entry && entry != Stamp)
        {
            return "another file has its name";
        }

        File.Delete(path);
        return null;
    }

    public void Dispose() => Handle.Dispose();
}
