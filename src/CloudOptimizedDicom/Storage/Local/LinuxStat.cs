using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace CloudOptimizedDicom.Storage.Local;

/// <summary>What Linux tells of a file: statx(2), whose structure is the same on every architecture.</summary>
internal static partial class LinuxStat
{
    private const int CurrentFolder = -100;
    private const int NoFollow = 0x100;
    private const int EmptyPath = 0x1000;

    /// <summary>A network file system asks its server instead of answering from a cache (AT_STATX_FORCE_SYNC).</summary>
    private const int ForceSync = 0x2000;

    private const uint BasicStats = 0x7ff;

    public static FileStamp Of(SafeFileHandle file) =>
        StatxHandle(file, "", EmptyPath | ForceSync, BasicStats, out Answer answer) == 0 ? ToStamp(answer) : throw new IOException(Marshal.GetLastPInvokeErrorMessage());

    public static FileStamp? OfEntry(string path)
    {
        if (StatxPath(CurrentFolder, path, NoFollow | ForceSync, BasicStats, out Answer answer) == 0)
        {
            return ToStamp(answer);
        }

        LibC.RequireMissing(path);
        return null;
    }

    private static FileStamp ToStamp(in Answer answer) => FileStamp.FromUnix(
        answer.Mode,
        new FileIdentity(((ulong)answer.DeviceMajor << 32) | answer.DeviceMinor, answer.Inode),
        answer.SizeBytes,
        (answer.ModifiedSeconds, answer.ModifiedNanoseconds),
        (answer.ChangedSeconds, answer.ChangedNanoseconds));

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int StatxHandle(SafeFileHandle file, string path, int flags, uint mask, out Answer answer);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int StatxPath(int folder, string path, int flags, uint mask, out Answer answer);

    /// <summary>struct statx.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct Answer
    {
        [FieldOffset(28)]
        public ushort Mode;

        [FieldOffset(32)]
        public ulong Inode;

        [FieldOffset(40)]
        public long SizeBytes;

        [FieldOffset(96)]
        public long ChangedSeconds;

        [FieldOffset(104)]
        public uint ChangedNanoseconds;

        [FieldOffset(112)]
        public long ModifiedSeconds;

        [FieldOffset(120)]
        public uint ModifiedNanoseconds;

        [FieldOffset(136)]
        public uint DeviceMajor;

        [FieldOffset(140)]
        public uint DeviceMinor;
    }
}
