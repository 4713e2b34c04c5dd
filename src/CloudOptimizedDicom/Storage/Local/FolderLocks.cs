using System.Globalization;
using System.Text;

namespace CloudOptimizedDicom.Storage.Local;

/// <summary>
/// Locks between threads and processes: a file that one opens and nobody else can. Folders share a fixed number of them, so
/// that none is ever deleted while somebody waits for it.
/// </summary>
/// <param name="directory">Where the files are.</param>
/// <param name="timeProvider">The clock to wait by.</param>
/// <param name="folders">How to make the directory.</param>
/// <param name="steps">How to lock a file.</param>
internal sealed class FolderLocks(string directory, TimeProvider timeProvider, FolderFlushes folders, IFileSteps steps)
{
    private const int Count = 256;
    private const int ErrorSharingViolation = unchecked((int)0x80070020);
    private const int ErrorWouldBlockOnLinux = 11;
    private const int ErrorWouldBlockOnBsd = 35;

    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan LongestWait = TimeSpan.FromMilliseconds(20);

    private readonly SemaphoreSlim[] _gates = [.. Enumerable.Range(0, Count).Select(_ => new SemaphoreSlim(1))];
    private volatile bool _isProven;

    /// <summary>Waits until the folder may be changed.</summary>
    public async Task<FolderLock> AcquireAsync(string folder, CancellationToken cancellationToken)
    {
        // In lower case, since folders that differ only there are one on some file systems.
        int number = (int)(Crc32c.Compute(Encoding.UTF8.GetBytes(folder.ToLowerInvariant())) % Count);
        SemaphoreSlim gate = _gates[number];
        await gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            folders.Create(directory);
            string path = Path.Join(directory, number.ToString("x2", CultureInfo.InvariantCulture));
            FileStream file = await OpenAsync(path, cancellationToken).ConfigureAwait(false);
            try
            {
                RequireExclusion(path);
                return new FolderLock(file, gate, folders, steps);
            }
            catch
            {
                await file.DisposeAsync().ConfigureAwait(false);
                throw;
            }
        }
        catch
        {
            gate.Release();
            throw;
        }
    }

    private async Task<FileStream> OpenAsync(string path, CancellationToken cancellationToken)
    {
        for (TimeSpan wait = FirstWait; ; wait = wait * 2 < LongestWait ? wait * 2 : LongestWait)
        {
            if (TryOpen(path) is { } file)
            {
                return file;
            }

            await Task.Delay(wait, timeProvider, cancellationToken).ConfigureAwait(false);
        }
    }

    // Null when another handle has the lock.
    private FileStream? TryOpen(string path)
    {
        FileStream? file = null;
        try
        {
            file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
            if (!file.CanSeek)
            {
                throw new IOException($"'{path}', which is for locks, is not a regular file");
            }

            if (TryLock(file))
            {
                return file;
            }
        }
        catch (IOException exception) when (IsHeldByAnother(exception))
        {
            return null;
        }
        catch
        {
            file?.Dispose();
            throw;
        }

        file.Dispose();
        return null;
    }

    // FileShare.None excludes nobody where the system or a setting leaves its lock out, and does not say so.
    private bool TryLock(FileStream file)
    {
        try
        {
            return steps.TryLock(file.SafeFileHandle);
        }
        catch (IOException exception)
        {
            throw Refuse(exception.Message, exception);
        }
    }

    // Once, while the lock is held: some file systems grant it to everybody.
    private void RequireExclusion(string path)
    {
        if (_isProven)
        {
            return;
        }

        using (FileStream? second = TryOpen(path))
        {
            if (second is not null)
            {
                throw Refuse("a second handle got a lock that was held", innerException: null);
            }
        }

        _isProven = true;
    }

    private ObjectRequestException Refuse(string reason, Exception? innerException) => new(
        "lock",
        directory,
        $"the file system keeps no file locks ({reason}), so that two writers could spoil a series; nothing was written. "
        + "Put the datastore on a local disk, or mount the file system with locks: NFS without nolock or local_lock, SMB without nobrl. Reading works as it is",
        innerException)
    {
        IsFinal = true,
    };

    private static bool IsHeldByAnother(IOException exception) =>
        exception.HResult is ErrorSharingViolation or ErrorWouldBlockOnLinux or ErrorWouldBlockOnBsd;
}
