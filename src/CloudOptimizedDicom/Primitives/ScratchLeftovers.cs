using System.Collections.Concurrent;
using System.Text.RegularExpressions;

namespace CloudOptimizedDicom;

/// <summary>
/// Deletes what processes that died have left in a directory: scratch files, which earlier versions gave names to, and files that
/// were not written to the end.
/// </summary>
internal static partial class ScratchLeftovers
{
    private static readonly TimeSpan LeastAge = TimeSpan.FromHours(1);

    private static readonly ConcurrentDictionary<(string Directory, Regex Name), bool> Visited = new();

    /// <summary>Looks for scratch files in a directory for temporary files, once in the life of the process.</summary>
    public static void DeleteOnce(string directory) => DeleteOnce(directory, ScratchName());

    /// <summary>Looks for files that were not written to the end in a directory of the user's, once in the life of the process.</summary>
    public static void DeletePartialOnce(string directory) => DeleteOnce(directory, PartialName());

    /// <summary>Deletes scratch files that no process holds, last written before a time.</summary>
    public static void Delete(string directory, DateTime before) => Delete(directory, ScratchName(), before);

    /// <summary>Deletes files that were not written to the end, that no process holds, last written before a time.</summary>
    public static void DeletePartial(string directory, DateTime before) => Delete(directory, PartialName(), before);

    private static void DeleteOnce(string directory, Regex name)
    {
        if (Visited.TryAdd((Path.GetFullPath(directory), name), true))
        {
            Delete(directory, name, DateTime.UtcNow - LeastAge);
        }
    }

    private static void Delete(string directory, Regex name, DateTime before)
    {
        try
        {
            foreach (FileInfo file in new DirectoryInfo(directory).EnumerateFiles().Where(file => name.IsMatch(file.Name)))
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
            if (held.CanSeek && (file.Extension != ".tar" || IsScratchArchive(held)))
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

    [GeneratedRegex(@"^(cod-[0-9a-f]{32}\.tmp|[0-9a-f]{32}\.tar)$", RegexOptions.CultureInvariant)]
    private static partial Regex ScratchName();

    [GeneratedRegex(@"^.+\.[0-9a-f]{32}\.partial$", RegexOptions.CultureInvariant)]
    private static partial Regex PartialName();
}
