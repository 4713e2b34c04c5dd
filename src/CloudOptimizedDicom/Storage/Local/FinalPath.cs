namespace CloudOptimizedDicom.Storage.Local;

/// <summary>Paths without symbolic links.</summary>
internal static class FinalPath
{
    // As many as Linux follows.
    private const int MaxLinks = 40;

    /// <summary>Where a folder is when every link is followed; as far as it exists.</summary>
    /// <exception cref="IOException">Links lead in a circle.</exception>
    public static string OfFolder(string path)
    {
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        for (int links = 0; FindLink(full) is (var link, var target); links++)
        {
            if (links == MaxLinks)
            {
                throw new IOException($"Symbolic links lead in a circle: '{path}'");
            }

            string behind = Path.GetRelativePath(link, full);
            full = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(link)!, target, behind));
        }

        return Path.TrimEndingDirectorySeparator(full);
    }

    /// <summary>Where an entry is: its folder is resolved, the entry itself is not, so that it may be a link.</summary>
    public static string OfEntry(string path)
    {
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        return Path.GetDirectoryName(full) is { } folder ? Path.Join(OfFolder(folder), Path.GetFileName(full)) : full;
    }

    /// <summary>The first link on a path.</summary>
    private static (string Path, string Target)? FindLink(string full)
    {
        string step = Path.GetPathRoot(full)!;
        foreach (string segment in full[step.Length..].Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries))
        {
            step = Path.Join(step, segment);
            if (new DirectoryInfo(step).LinkTarget is { } target)
            {
                return (step, target);
            }
        }

        return null;
    }
}
