using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace CloudOptimizedDicom.Storage.Local;

/// <summary>
/// Opens regular files and nothing else. To open a FIFO waits for its other end, which may never come, and cannot be
/// cancelled; to read a device may never end.
/// </summary>
internal static class RegularFile
{
    /// <summary>For reading, without waiting for a writer, closed in child processes, and never as a controlling terminal.</summary>
    private static readonly int ReadAtOnce = OperatingSystem.IsMacOS() ? 0x4 | 0x1000000 | 0x20000 : 0x800 | 0x80000 | 0x100;

    /// <summary>Whether a path names a regular file itself, not by a symbolic link.</summary>
    public static bool Is(string path) => FileStamp.OfEntry(path)?.Kind == EntryKind.File;

    /// <summary>Opens a file for reading by ranges.</summary>
    /// <exception cref="IOException">It is not a regular file, or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">This process may not read it.</exception>
    public static SafeFileHandle OpenRead(string path, FileShare share = FileShare.Read) =>
        TryOpenRead(path, share, out string? other) ?? throw new IOException($"'{path}' is {other}, not a regular file.");

    /// <summary>Opens a file for reading by ranges; null where it is not a regular file.</summary>
    /// <inheritdoc cref="OpenRead"/>
    public static SafeFileHandle? TryOpenRead(string path, FileShare share = FileShare.Read) => TryOpenRead(path, share, out _);

    private static SafeFileHandle? TryOpenRead(string path, FileShare share, out string? other)
    {
        other = null;
        if (!OperatingSystem.IsLinux() && !OperatingSystem.IsMacOS())
        {
            return File.OpenHandle(path, FileMode.Open, FileAccess.Read, share, FileOptions.Asynchronous);
        }

        int descriptor = Open(path, out int error);
        if (descriptor < 0)
        {
            // A socket cannot be opened at all.
            bool isOther = error == LibC.NoSuchDevice || error == LibC.NotSupported;
            other = Describe(EntryKind.Other);
            return isOther ? null : throw ToException(error, path);
        }

        var handle = new SafeFileHandle(descriptor, ownsHandle: true);
        try
        {
            EntryKind kind = FileStamp.Of(handle).Kind;
            if (kind == EntryKind.File)
            {
                return MayShare(handle)
                    ? handle
                    : throw new IOException($"The process cannot access the file '{path}' because it is being used by another process.");
            }

            other = Describe(kind);
        }
        catch
        {
            handle.Dispose();
            throw;
        }

        handle.Dispose();
        return null;
    }

    /// <summary>As .NET does it, so that a file which somebody has opened for himself alone is not read.</summary>
    private static bool MayShare(SafeFileHandle file)
    {
        try
        {
            return FileLock.TryTake(file, isShared: true);
        }
        catch (IOException)
        {
            // Where there are no locks nobody can have one.
            return true;
        }
    }

    private static int Open(string path, out int error)
    {
        if (path.Contains('\0', StringComparison.Ordinal))
        {
            throw new ArgumentException("A path cannot have a null character.", nameof(path));
        }

        int descriptor;
        do
        {
            descriptor = LibC.Open(path, ReadAtOnce);
            error = descriptor < 0 ? Marshal.GetLastPInvokeError() : 0;
        }
        while (error == LibC.Interrupted);
        return descriptor;
    }

    private static string Describe(EntryKind kind) => kind == EntryKind.Folder ? "a folder" : "a device, a pipe or a socket";

    private static Exception ToException(int error, string path) =>
        error == LibC.NoSuchEntry && Directory.Exists(Path.GetDirectoryName(Path.GetFullPath(path)))
            ? new FileNotFoundException($"Could not find file '{path}'.", path)
            : LibC.ToException(error, path);
}
