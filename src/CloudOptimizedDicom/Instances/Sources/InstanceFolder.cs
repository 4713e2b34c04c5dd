using CloudOptimizedDicom.Storage.Local;

namespace CloudOptimizedDicom;

/// <summary>
/// The regular files of a folder and of all folders in it. Symbolic links are followed, but no folder is read twice, however
/// many links lead to it; FIFOs, sockets and devices are passed over. What cannot be read does not keep the others from being
/// found.
/// </summary>
public sealed class InstanceFolder
{
    private readonly List<string> _files = [];
    private readonly List<SourceReadException> _errors = [];
    private readonly HashSet<(FileIdentity Identity, string? FinalPath)> _visited = [];

    // Not by recursion: a folder may be deeper than the stack.
    private readonly Stack<string> _folders = new();

    private InstanceFolder()
    {
    }

    /// <summary>The files, in the order of their paths (ordinal).</summary>
    public IReadOnlyList<string> Files => _files;

    /// <summary>Folders that could not be read, links that lead nowhere, and files whose names are not text: any may have been instances.</summary>
    public IReadOnlyList<SourceReadException> Errors => _errors;

    /// <summary>How many FIFOs, sockets and devices were passed over.</summary>
    public int OtherFiles { get; private set; }

    /// <summary>Searches a folder.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="cancellationToken">Ends the search early.</param>
    /// <returns>What was found.</returns>
    public static InstanceFolder Read(string path, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var result = new InstanceFolder();
        result.Try(path, () => result.Add(path));
        while (result._folders.TryPop(out string? folder))
        {
            cancellationToken.ThrowIfCancellationRequested();
            result.Try(folder, () => result.ReadFolder(folder, cancellationToken));
        }

        result._files.Sort(StringComparer.Ordinal);
        return result;
    }

    private void ReadFolder(string folder, CancellationToken cancellationToken)
    {
        foreach (FolderEntry entry in FolderReader.Read(folder))
        {
            cancellationToken.ThrowIfCancellationRequested();
            string path = Path.Combine(folder, entry.Name);
            if (entry.IsReadable)
            {
                Try(path, () => Add(path));
            }
            else
            {
                _errors.Add(new SourceReadException(path, new IOException("its name is not UTF-8; rename it")));
            }
        }
    }

    private void Add(string path)
    {
        FileStamp? entry = FileStamp.OfEntry(path);
        string final = path;
        if (entry?.Kind == EntryKind.Link)
        {
            final = FinalPath.OfFolder(path);
            entry = FileStamp.OfEntry(final);
        }

        switch (entry?.Kind)
        {
            case EntryKind.File:
                _files.Add(path);
                break;
            case EntryKind.Folder:
                FileIdentity identity = entry.Value.Identity;
                if (_visited.Add((identity, identity.IsKnown ? null : FinalPath.OfFolder(final))))
                {
                    _folders.Push(path);
                }

                break;
            case EntryKind.Other:
                OtherFiles++;
                break;
            default:
                throw new FileNotFoundException($"Could not find '{final}'.", final);
        }
    }

    private void Try(string path, Action action)
    {
        try
        {
            action();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            _errors.Add(new SourceReadException(path, error));
        }
    }
}
