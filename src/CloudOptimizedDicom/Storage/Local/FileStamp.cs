using Microsoft.Win32.SafeHandles;

namespace CloudOptimizedDicom.Storage.Local;

/// <summary>Which file it is and when it was touched last: two equal ones say that nobody has written between them.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Identity">Which one.</param>
/// <param name="SizeBytes">Its bytes.</param>
/// <param name="ModifiedNanoseconds">The time of the last write since the Unix epoch, which programs may set.</param>
/// <param name="ChangedNanoseconds">The change time since the Unix epoch, which no program can set; 0 where the system has none.</param>
/// <remarks>Writes through a memory mapping leave no trace here on some file systems, tmpfs for one: only the bytes tell.</remarks>
internal readonly record struct FileStamp(
    EntryKind Kind, FileIdentity Identity, long SizeBytes, long ModifiedNanoseconds, long ChangedNanoseconds)
{
    private const long Second = 1_000_000_000;
    private const int UnixTypeMask = 0xf000;

    // File times follow the timer of the kernel, which ticks 100 times a second or more; without fractions, those of FAT.
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan CoarseTick = TimeSpan.FromSeconds(2);

    /// <summary>An open file.</summary>
    public static FileStamp Of(SafeFileHandle file) =>
        OperatingSystem.IsLinux() ? LinuxStat.Of(file) : OperatingSystem.IsMacOS() ? MacStat.Of(file) : PortableStat.Of(file);

    /// <summary>What stands at a path, a symbolic link itself; null when nothing does.</summary>
    /// <exception cref="IOException">The file system does not tell.</exception>
    /// <exception cref="UnauthorizedAccessException">A folder on the way may not be searched.</exception>
    public static FileStamp? OfEntry(string path) =>
        OperatingSystem.IsLinux() ? LinuxStat.OfEntry(path) : OperatingSystem.IsMacOS() ? MacStat.OfEntry(path) : PortableStat.OfEntry(path);

    /// <summary>From a structure of stat(2).</summary>
    public static FileStamp FromUnix(
        ushort mode, FileIdentity identity, long sizeBytes, (long Seconds, long Nanoseconds) modified, (long Seconds, long Nanoseconds) changed)
    {
        EntryKind kind = (mode & UnixTypeMask) switch
        {
            0x8000 => EntryKind.File,
            0x4000 => EntryKind.Folder,
            0xa000 => EntryKind.Link,
            _ => EntryKind.Other,
        };
        return new FileStamp(kind, identity, sizeBytes, (modified.Seconds * Second) + modified.Nanoseconds, (changed.Seconds * Second) + changed.Nanoseconds);
    }

    /// <summary>
    /// How long to wait until a write gives the file another time than it has: one that follows within a tick of the clock
    /// does not, so reading a file that was just written could not tell that it was written again.
    /// </summary>
    /// <param name="now">The time.</param>
    public TimeSpan TimeToSettle(DateTimeOffset now)
    {
        long touched = ChangedNanoseconds != 0 ? ChangedNanoseconds : ModifiedNanoseconds;
        TimeSpan tick = touched % Second == 0 ? CoarseTick : Tick;
        TimeSpan age = now - DateTimeOffset.UnixEpoch - TimeSpan.FromTicks(touched / TimeSpan.NanosecondsPerTick);
        return age.Duration() < tick ? tick - age : TimeSpan.Zero;
    }
}
