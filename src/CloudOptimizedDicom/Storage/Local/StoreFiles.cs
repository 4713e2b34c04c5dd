namespace CloudOptimizedDicom.Storage.Local;

/// <summary>Tells files of stores, which are not to be deleted as if they were sources. Thread-safe.</summary>
internal sealed class StoreFiles
{
    private readonly FolderTree? _root;
    private readonly HashSet<FileIdentity> _objects = [];

    /// <param name="root">The directory of the store; null for a bucket.</param>
    /// <param name="objects">Names of objects that may have hard links elsewhere.</param>
    /// <exception cref="IOException">The directory cannot be looked at.</exception>
    public StoreFiles(string? root, IEnumerable<string> objects)
    {
        if (root is null)
        {
            return;
        }

        _root = new FolderTree(root);
        foreach (string name in objects)
        {
            if (FileStamp.OfEntry(ObjectPath.PathOf(root, name)) is { Identity: { IsKnown: true } identity })
            {
                _objects.Add(identity);
            }
        }
    }

    /// <summary>Why a file is one of a store; null when it is not.</summary>
    /// <param name="path">The file, as it is named.</param>
    /// <param name="identity">Which one it is.</param>
    public string? FindReason(string path, FileIdentity? identity)
    {
        string finalPath = FinalPath.OfEntry(path);
        return _root?.ContainsByName(path) == true || _root?.Contains(finalPath) == true ? "it is part of the datastore"
            : identity is { } known && _objects.Contains(known) ? "it is an object of the series by another name"
            : SideFile.Describes(finalPath) ? "it is an object of a datastore"
            : null;
    }
}
