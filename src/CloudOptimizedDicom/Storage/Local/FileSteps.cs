using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace CloudOptimizedDicom.Storage.Local;

/// <summary>The steps, as this system takes them.</summary>
internal sealed class FileSteps : IFileSteps
{
    public static FileSteps Instance { get; } = new();

    public void CreateFolder(string path) => Directory.CreateDirectory(path);

    public void FlushFile(SafeFileHandle file, string path) => RandomAccess.FlushToDisk(file);

    public void FlushFolder(string path)
    {
        // NTFS journals the changes of folders in their order, and gives nobody a handle to flush one without the right to write it.
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        int closeOnExec = OperatingSystem.IsLinux() ? 0x80000 : OperatingSystem.IsMacOS() ? 0x1000000 : 0;
        int descriptor = LibC.Open(path, closeOnExec);
        if (descriptor < 0)
        {
            throw LibC.ToException(Marshal.GetLastPInvokeError(), path);
        }

        // Passes over the answer of file systems that have nothing to flush here (EINVAL, ENOTSUP), not over a failure.
        using var folder = new SafeFileHandle(descriptor, ownsHandle: true);
        RandomAccess.FlushToDisk(folder);
    }

    public bool TryMoveToNew(string source, string destination)
    {
        if (OperatingSystem.IsWindows())
        {
            return TryMoveOnWindows(source, destination);
        }

        // File.Move looks whether the name is free, and then renames over whatever has taken it since.
        if (LibC.Link(source, destination) == 0)
        {
            File.Delete(source);
            return true;
        }

        int error = Marshal.GetLastPInvokeError();
        if (error == LibC.Exists)
        {
            return false;
        }

        bool hasNoLinks = error == LibC.NotPermitted || error == LibC.TooManyLinks || error == LibC.NotSupported || error == LibC.NotImplemented;
        if (!hasNoLinks)
        {
            throw ToMoveException(error, destination);
        }

        // FAT and some network file systems. What excludes others then is the lock of the folder, which the caller holds.
        if (Path.Exists(destination))
        {
            return false;
        }

        MoveOver(source, destination);
        return true;
    }

    public void MoveOver(string source, string destination)
    {
        if (OperatingSystem.IsWindows())
        {
            File.Move(source, destination, overwrite: true);
        }
        else if (LibC.Rename(source, destination) != 0)
        {
            // File.Move would copy to another file system, which others see half done.
            throw ToMoveException(Marshal.GetLastPInvokeError(), destination);
        }
    }

    public void DeleteFile(string path) => File.Delete(path);

    public void DeleteFolder(string path) => Directory.Delete(path);

    public bool TryLock(SafeFileHandle file) => FileLock.TryTake(file, isShared: false);

    private static bool TryMoveOnWindows(string source, string destination)
    {
        try
        {
            File.Move(source, destination, overwrite: false);
            return true;
        }
        catch (IOException) when (Path.Exists(destination))
        {
            return false;
        }
    }

    private static Exception ToMoveException(int error, string destination) => error == LibC.CrossDevice
        ? new IOException($"'{Path.GetDirectoryName(destination)}' is on another file system than the root of the store, so nothing can be put in place there at once")
        : LibC.ToException(error, destination);
}
