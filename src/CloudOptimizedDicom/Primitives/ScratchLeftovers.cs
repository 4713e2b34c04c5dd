using System.Collections.Concurrent;
using System.Text.RegularExpressions;

namespace CloudOptimizedDicom;

/// <summary>
/// Deletes what processes that died have left in a directory for temporary files. Files without a name leave nothing; earlier
/// versions gave names to theirs, and so does a system that cannot do without.
/// </summary>
internal static partial class ScratchLeftovers
{
    private static readonly TimeSpan LeastAge = TimeSpan.FromHours(1);

    private static readonly ConcurrentDictionary<string, bool> Visited = new(StringComparer.Ordinal);

    /// <summary>Looks into a directory, once in the life of the process.</summary>
    public static void DeleteOnce(string directory)
    {
        if (Visited.TryAdd(Path.GetFullPath(directory), true))
        {
            Delete(directory, DateTime.UtcNow - LeastAge);
        }
    }

    /// <summary>Deletes files of ours that no process holds, last written before a time.</summary>
    public static void Delete(string directory, DateTime before)
    {
        try
        {
            foreach (FileInfo file in new DirectoryInfo(directory).EnumerateFiles().Where(file => IsOurs().IsMatch(file.Name)))
            {
                if (file.LinkTarget is null && file.LastWriteTimeUtc < before)
                {
                    TryDelete(file);
                }
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // What cannot be listed cannot be tidied; the work itself says what is wrong with the directory.
        }
    }

    private static void TryDelete(FileInfo file)
    {
        try
        {
            using var held = new FileStream(file.FullName, FileMode.Open, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
            if (held.CanSeek && (file.Name.StartsWith("cod-", StringComparison.Ordinal) || IsScratchArchive(held)))
            {
                file.Delete();
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Somebody holds it, it is another user's, or another process was faster.
        }
    }

    /// <summary>An archive has a name that others may give to theirs, so it must be empty or begin with a member of ours.</summary>
    private static bool IsScratchArchive(FileStream file)
    {
        Span<byte> start = stackalloc byte["instances/".Length];
        int read = file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        return read == 0 || start.SequenceEqual("instances/"u8);
    }

    [GeneratedRegex("^(cod-[0-9a-f]{32}\\.tmp|[0-9a-f]{32}\\.tar)$", RegexOptions.CultureInvariant)]
    private static partial Regex IsOurs();
}
