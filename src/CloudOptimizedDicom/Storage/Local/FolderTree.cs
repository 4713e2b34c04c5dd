namespace CloudOptimizedDicom.Storage.Local;

/// <summary>A folder with all that is below it, by whatever spelling, link or mount it is reached. Immutable and thread-safe.</summary>
internal sealed class FolderTree
{
    /// <summary>How the file systems that are usual here compare names.</summary>
    private static readonly StringComparison PathComparison =
        OperatingSystem.IsWindows() || OperatingSystem.IsMacOS() ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;

    private readonly string _path;
    private readonly string _finalPath;
    private readonly FileIdentity? _identity;

    /// <exception cref="IOException">The folder cannot be looked at.</exception>
    public FolderTree(string folder)
    {
        _path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        _finalPath = FinalPath.OfFolder(_path);
        _identity = FileStamp.OfEntry(_finalPath)?.Identity;
    }

    /// <summary>Whether a file is in the folder once links are followed.</summary>
    /// <param name="finalPath">The file's <see cref="FinalPath"/>.</param>
    public bool Contains(string finalPath)
    {
        if (_identity is not { IsKnown: true } identity)
        {
            return IsBelow(_finalPath, finalPath);
        }

        for (string? step = finalPath; step is not null; step = Path.GetDirectoryName(step))
        {
            if (FileStamp.OfEntry(step)?.Identity == identity)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether a path is in the folder as it is spelled, wherever links may lead.</summary>
    public bool ContainsByName(string path) => IsBelow(_path, Path.GetFullPath(path));

    private static bool IsBelow(string folder, string path) => path.StartsWith(folder, PathComparison)
        && (path.Length == folder.Length || Path.EndsInDirectorySeparator(folder) || path[folder.Length] == Path.DirectorySeparatorChar);
}
