using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace CloudOptimizedDicom.Storage.Local;

/// <summary>What macOS tells of a file: fstat(2) and lstat(2) with inodes of 64 bits, which have a name of their own on x64.</summary>
internal static partial class MacStat
{
    private static readonly bool IsArm = RuntimeInformation.ProcessArchitecture == Architecture.Arm64;

    public static FileStamp Of(SafeFileHandle file)
    {
        int result = IsArm ? Fstat(file, out Answer answer) : Fstat64(file, out answer);
        return result == 0 ? ToStamp(answer) : throw new IOException(Marshal.GetLastPInvokeErrorMessage());
    }

    public static FileStamp? OfEntry(string path)
    {
        int result = IsArm ? Lstat(path, out Answer answer) : Lstat64(path, out answer);
        if (result == 0)
        {
            return ToStamp(answer);
        }

        LibC.RequireMissing(path);
        return null;
    }

    private static FileStamp ToStamp(in Answer answer) => FileStamp.FromUnix(
        answer.Mode,
        new FileIdentity((uint)answer.Device, answer.Inode),
        answer.SizeBytes,
        (answer.ModifiedSeconds, answer.ModifiedNanoseconds),
        (answer.ChangedSeconds, answer.ChangedNanoseconds));

    [LibraryImport("libc", EntryPoint = "fstat", SetLastError = true)]
    private static partial int Fstat(SafeFileHandle file, out Answer answer);

    [LibraryImport("libc", EntryPoint = "fstat$INODE64", SetLastError = true)]
    private static partial int Fstat64(SafeFileHandle file, out Answer answer);

    [LibraryImport("libc", EntryPoint = "lstat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Lstat(string path, out Answer answer);

    [LibraryImport("libc", EntryPoint = "lstat$INODE64", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Lstat64(string path, out Answer answer);

    /// <summary>struct stat.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 144)]
    private struct Answer
    {
        [FieldOffset(0)]
        public int Device;

        [FieldOffset(4)]
        public ushort Mode;

        [FieldOffset(8)]
        public ulong Inode;

        [FieldOffset(48)]
        public long ModifiedSeconds;

        [FieldOffset(56)]
        public long ModifiedNanoseconds;

        [FieldOffset(64)]
        public long ChangedSeconds;

        [FieldOffset(72)]
        public long ChangedNanoseconds;

        [FieldOffset(96)]
        public long SizeBytes;
    }
}
