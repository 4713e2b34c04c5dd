using Microsoft.Win32.SafeHandles;

namespace CloudOptimizedDicom.Storage.Local;

/// <summary>Size and generation of a file, which tell one content from the next.</summary>
/// <param name="SizeBytes">Its bytes.</param>
/// <param name="Generation">The time of its last write, in microseconds since the Unix epoch; 1 or more.</param>
internal readonly record struct FileState(long SizeBytes, long Generation)
{
    /// <summary>The last microsecond of the year 9999, behind which there is no <see cref="DateTime"/>.</summary>
    public static readonly long MaxGeneration = ToGeneration(DateTime.MaxValue);

    // FAT keeps times of two seconds.
    private const long CoarsestTimeMicroseconds = 4_000_000;

    public static FileState Of(FileInfo file) => new(file.Length, ToGeneration(file.LastWriteTimeUtc));

    public static FileState Of(SafeFileHandle file) => new(RandomAccess.GetLength(file), GenerationOf(file));

    public static DateTime ToTime(long generation) => DateTime.UnixEpoch.AddTicks(generation * TimeSpan.TicksPerMicrosecond);

    public static long ToGeneration(DateTime time) =>
        Math.Max(1, (time.Ticks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond);

    /// <summary>Gives a file a generation, by the time of its last write.</summary>
    /// <param name="file">The file, open for writing.</param>
    /// <param name="atLeast">The smallest generation that will do; a file system with coarse times may keep a larger one.</param>
    /// <returns>The generation that the file has now.</returns>
    /// <exception cref="IOException">The file system cannot keep such a time.</exception>
    public static long Stamp(SafeFileHandle file, long atLeast)
    {
        for (long step = 0; step <= CoarsestTimeMicroseconds && atLeast + step <= MaxGeneration; step = Math.Max(1, step * 2))
        {
            File.SetLastWriteTimeUtc(file, ToTime(atLeast + step));
            if (GenerationOf(file) is var stored && stored >= atLeast)
            {
                return stored;
            }
        }

        throw new IOException($"the file system cannot keep the time {ToTime(Math.Min(atLeast, MaxGeneration)):O}");
    }

    private static long GenerationOf(SafeFileHandle file) => ToGeneration(File.GetLastWriteTimeUtc(file));
}
