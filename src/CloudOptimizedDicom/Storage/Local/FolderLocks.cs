using System.Globalization;
using System.Text;

namespace CloudOptimizedDicom.Storage.Local;

/// <summary>
/// Locks between threads and processes: a file that one opens and nobody else can. Folders share a fixed number of them, so
/// that none is ever deleted while somebody waits for it.
/// </summary>
internal sealed class FolderLocks(string directory, TimeProvider timeProvider)
{
    private const int Count = 256;
    private const int ErrorSharingViolation = unchecked((int)0x80070020);
    private const int ErrorWouldBlockOnLinux = 11;
    private const int ErrorWouldBlockOnBsd = 35;

    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan LongestWait = TimeSpan.FromMilliseconds(20);

    private readonly SemaphoreSlim[] _gates = [.. Enumerable.Range(0, Count).Select(_ => new SemaphoreSlim(1))];

    /// <summary>Waits until the folder may be changed.</summary>
    public async Task<FolderLock> AcquireAsync(string folder, CancellationToken cancellationToken)
    {
        // In lower case, since folders that differ only there are one on some file systems.
        int number = (int)(Crc32c.Compute(Encoding.UTF8.GetBytes(folder.ToLowerInvariant())) % Count);
        SemaphoreSlim gate = _gates[number];
        await gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            Directory.CreateDirectory(directory);
            string path = Path.Join(directory, number.ToString("x2", CultureInfo.InvariantCulture));
            return new FolderLock(await OpenAsync(path, cancellationToken).ConfigureAwait(false), gate);
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
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
            }
            catch (IOException exception) when (IsHeldByAnother(exception))
            {
                await Task.Delay(wait, timeProvider, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private static bool IsHeldByAnother(IOException exception) =>
        exception.HResult is ErrorSharingViolation or ErrorWouldBlockOnLinux or ErrorWouldBlockOnBsd;
}
