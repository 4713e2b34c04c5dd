using Microsoft.Win32.SafeHandles;

namespace CloudOptimizedDicom.Storage.Local;

/// <summary>
/// What .NET itself tells of a file, where no system call is known here. There is no identity and no change time: files are
/// compared by final path, size, time and, where it matters, bytes. Windows lets nobody write to a file that is being read.
/// </summary>
internal static class PortableStat
{
    public static FileStamp Of(SafeFileHandle file) =>
        new(EntryKind.File, default, RandomAccess.GetLength(file), ToNanoseconds(File.GetLastWriteTimeUtc(file)), ChangedNanoseconds: 0);

    public static FileStamp? OfEntry(string path)
    {
        FileSystemInfo entry = Directory.Exists(path) ? new DirectoryInfo(path) : new FileInfo(path);
        EntryKind kind = entry.LinkTarget is not null ? EntryKind.Link
            : entry is DirectoryInfo ? EntryKind.Folder
            : EntryKind.File;
        return entry.Exists || kind == EntryKind.Link
            ? new FileStamp(kind, default, entry is FileInfo { Exists: true } file ? file.Length : 0, ToNanoseconds(entry.LastWriteTimeUtc), ChangedNanoseconds: 0)
            : null;
    }

    private static long ToNanoseconds(DateTime time) => (time.Ticks - DateTime.UnixEpoch.Ticks) * TimeSpan.NanosecondsPerTick;
}
