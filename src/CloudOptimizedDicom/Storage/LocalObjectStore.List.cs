using System.Runtime.CompilerServices;
using CloudOptimizedDicom.Storage.Local;

namespace CloudOptimizedDicom.Storage;

public sealed partial class LocalObjectStore
{
    /// <inheritdoc/>
    /// <remarks>Names are read a folder at a time. Files that no object can be named for are passed over.</remarks>
    public IAsyncEnumerable<ObjectListEntry> ListAsync(
        string prefix, string delimiter = "", CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(prefix);
        ArgumentNullException.ThrowIfNull(delimiter);
        return EnumerateAsync(prefix, delimiter, cancellationToken);
    }

    private async IAsyncEnumerable<ObjectListEntry> EnumerateAsync(
        string prefix, string delimiter, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Task<T> Run<T>(Func<T> work) => RunAsync("list", prefix, work, cancellationToken);

        string start = prefix[..(prefix.LastIndexOf('/') + 1)];
        var side = new SideFileCache();
        string? lastFolded = null;
        var levels = new Stack<Queue<string>>();
        levels.Push(await Run(() => Children(start)).ConfigureAwait(false));
        while (levels.TryPeek(out Queue<string>? level))
        {
            if (!level.TryDequeue(out string? name))
            {
                levels.Pop();
                continue;
            }

            if (!name.StartsWith(prefix, StringComparison.Ordinal))
            {
                continue;
            }

            bool isFolder = name.EndsWith('/');
            if (Fold(name, prefix, delimiter) is { } folded)
            {
                if (folded != lastFolded && (!isFolder || await Run(() => HasObjects(name)).ConfigureAwait(false)))
                {
                    lastFolded = folded;
                    yield return new ObjectListEntry(folded, Object: null);
                }
            }
            else if (isFolder)
            {
                levels.Push(await Run(() => Children(name)).ConfigureAwait(false));
            }
            else if (await Run(() => Find(new ObjectPath(_root, name), side)).ConfigureAwait(false) is { } info)
            {
                yield return new ObjectListEntry(name, info);
            }
        }
    }

    private static string? Fold(string name, string prefix, string delimiter)
    {
        int at = delimiter.Length == 0 ? -1 : name.IndexOf(delimiter, prefix.Length, StringComparison.Ordinal);
        return at < 0 ? null : name[..(at + delimiter.Length)];
    }

    private ObjectInfo? Find(ObjectPath path, SideFileCache side) =>
        path.Stat() is { } file && side.Read(path.FolderPath).Find(path.SideKey, file) is { } record
            ? ToInfo(path, file, record)
            : Find(path);

    // Names in a folder (empty, or with a slash at its end), in order; those of folders have a slash at their end, which is
    // how they compare with the names of objects.
    private Queue<string> Children(string folder)
    {
        string inner = folder.TrimEnd('/');
        bool isFolder = inner.Length == 0
            ? folder.Length == 0 && Directory.Exists(_root)
            : folder.Length == inner.Length + 1
                && inner.Split('/').All(ObjectPath.IsValidSegment)
                && !ObjectPath.IsOwnFolder(inner.Split('/')[0])
                && ObjectPath.IsFolder(_root, inner);
        List<string> names = [];
        try
        {
            names.AddRange(
                from entry in isFolder ? new DirectoryInfo(ObjectPath.PathOf(_root, inner)).EnumerateFileSystemInfos() : []
                where ObjectPath.IsValidSegment(entry.Name)
                    && !(folder.Length == 0 && ObjectPath.IsOwnFolder(entry.Name))
                    && !ObjectPath.IsLink(entry)
                select entry is DirectoryInfo ? $"{folder}{entry.Name}/" : $"{folder}{entry.Name}");
        }
        catch (Exception exception) when (exception is DirectoryNotFoundException or PathTooLongException)
        {
            // Deleted meanwhile, or so deep that nothing in it can be named.
        }

        names.Sort(Utf8Order.Instance);
        return new Queue<string>(names);
    }

    private bool HasObjects(string folder) =>
        Children(folder).Any(name => name.EndsWith('/') ? HasObjects(name) : new ObjectPath(_root, name).Stat() is not null);
}
