using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace CloudOptimizedDicom.Storage.Local;

/// <summary>
/// flock(2) as the system answers it. .NET takes the same locks for <see cref="FileShare"/>, but goes on without them where a
/// file system has none, and where DOTNET_SYSTEM_IO_DISABLEFILELOCKING says so.
/// </summary>
internal static class FileLock
{
    private const int Shared = 1;
    private const int Exclusive = 2;
    private const int WithoutWaiting = 4;

    /// <summary>Locks a file until its handle is closed.</summary>
    /// <param name="file">The file.</param>
    /// <param name="isShared">Whether others may share the lock.</param>
    /// <returns>Whether it could; <see langword="false"/> when another handle is in the way.</returns>
    /// <exception cref="IOException">The file system has no locks.</exception>
    public static bool TryTake(SafeFileHandle file, bool isShared)
    {
        // There FileShare excludes, whatever the file system.
        if (OperatingSystem.IsWindows() || LibC.Lock(file, (isShared ? Shared : Exclusive) | WithoutWaiting) == 0)
        {
            return true;
        }

        int error = Marshal.GetLastPInvokeError();
        return error == LibC.WouldBlock
            ? false
            : throw new IOException($"flock failed: {Marshal.GetPInvokeErrorMessage(error)}", error);
    }
}
