using CloudOptimizedDicom.Storage.Local;

namespace CloudOptimizedDicom.Tests.Storage.Local;

/// <summary>
/// What a disk may hold when the power goes. The bytes of a file are there once it was flushed, and a name once its folder was;
/// of the names that were changed since, any may be there and any may not, in whatever order they were changed.
/// </summary>
internal sealed class CrashDisk
{
    private readonly Folder _root = new();
    private readonly List<NameChange> _pending = [];

    /// <param name="folder">The folder as it was before the first step, all of it on the disk.</param>
    public CrashDisk(string folder)
    {
        Load(folder, _root);
    }

    /// <summary>Changes of names that may be lost, but for those of scratch files.</summary>
    public IReadOnlyList<NameChange> Pending => [.. _pending.Where(change => !change.IsOfStaging)];

    public void Take(FileStep step)
    {
        switch (step.Kind)
        {
            case nameof(IFileSteps.CreateFolder):
                if (Find(step.Path) is null)
                {
                    Change(step.Path, new Folder());
                }

                break;
            case nameof(IFileSteps.FlushFile):
                FileAt(step.Path).Content = step.Content!;
                break;
            case nameof(IFileSteps.FlushFolder):
                FolderAt(step.Path).Flush();
                _pending.RemoveAll(change => change.Folder == FolderAt(step.Path));
                break;
            case nameof(IFileSteps.TryMoveToNew) or nameof(IFileSteps.MoveOver):
                Change(step.Path, FileAt(step.Source!));
                Change(step.Source!, null);
                break;
            case nameof(IFileSteps.DeleteFile) or nameof(IFileSteps.DeleteFolder):
                Change(step.Path, null);
                break;
            default:
                throw new ArgumentException($"Nobody knows what {step} does.", nameof(step));
        }
    }

    /// <summary>
    /// The disks that there may be now: without what may be lost, with all of it, without each single change, and with each
    /// single one alone.
    /// </summary>
    public IEnumerable<SortedDictionary<string, FileContent?>> Images()
    {
        yield return Image(_ => false);
        yield return Image(_ => true);
        foreach (NameChange one in Pending)
        {
            yield return Image(change => change != one);
            yield return Image(change => change == one);
        }
    }

    private SortedDictionary<string, FileContent?> Image(Func<NameChange, bool> survives)
    {
        var image = new SortedDictionary<string, FileContent?>(StringComparer.Ordinal);
        Collect(_root, "", survives, image);
        return image;
    }

    private void Collect(Folder folder, string path, Func<NameChange, bool> survives, SortedDictionary<string, FileContent?> image)
    {
        var names = new Dictionary<string, object?>(folder.Flushed);
        foreach (NameChange change in _pending.Where(change => change.Folder == folder && survives(change)))
        {
            names[change.Name] = change.Node;
        }

        foreach ((string name, object? node) in names)
        {
            string full = Path.Join(path, name);
            if (node is Folder inner)
            {
                image[full] = null;
                Collect(inner, full, survives, image);
            }
            else if (node is CrashFile file)
            {
                image[full] = file.Content;
            }
        }
    }

    private void Change(string path, object? node)
    {
        Folder folder = FolderAt(Path.GetDirectoryName(path)!);
        string name = Path.GetFileName(path);
        _pending.Add(new NameChange(folder, name, folder.Live.GetValueOrDefault(name), node, path));
        folder.Live[name] = node;
    }

    private object? Find(string path)
    {
        object? node = _root;
        foreach (string name in path.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(name => name != "."))
        {
            node = (node as Folder)?.Live.GetValueOrDefault(name);
        }

        return node;
    }

    private Folder FolderAt(string path) => (Folder?)Find(path) ?? throw new InvalidOperationException($"{path} was never made.");

    // Files are made by who writes them, which is no step.
    private CrashFile FileAt(string path)
    {
        if (Find(path) is CrashFile known)
        {
            return known;
        }

        var made = new CrashFile();
        if (Path.GetDirectoryName(path) is { Length: > 0 } folder && Find(folder) is null)
        {
            Change(folder, new Folder());
        }

        Change(path, made);
        return made;
    }

    private static void Load(string path, Folder folder)
    {
        foreach (string inner in Directory.EnumerateDirectories(path))
        {
            var loaded = new Folder();
            Load(inner, loaded);
            folder.Live[Path.GetFileName(inner)] = loaded;
        }

        foreach (string file in Directory.EnumerateFiles(path))
        {
            folder.Live[Path.GetFileName(file)] = new CrashFile { Content = FileContent.Read(file) };
        }

        folder.Flush();
    }

    /// <summary>A name that was given or taken, and not flushed.</summary>
    internal sealed record NameChange(Folder Folder, string Name, object? Old, object? Node, string Path)
    {
        public bool IsOfStaging => Path.Contains(".cod/staging", StringComparison.Ordinal);

        /// <summary>Whether it is of what means nothing, there or not: an empty folder, or a side file without objects.</summary>
        public bool IsOfNothing => Node is Folder { Live.Count: 0 } || (Node is null && (Old is Folder || Name == ObjectPath.SideFileName));

        public override string ToString() => $"{(Node is null ? "removal" : "name")} of {Path}";
    }

    /// <summary>A folder: its names as they are, and as they are on the disk.</summary>
    internal sealed class Folder
    {
        public Dictionary<string, object?> Live { get; } = [];

        public Dictionary<string, object?> Flushed { get; private set; } = [];

        public void Flush() => Flushed = new Dictionary<string, object?>(Live);
    }

    /// <summary>A file, whatever its names.</summary>
    private sealed class CrashFile
    {
        public FileContent Content { get; set; } = FileContent.Lost;
    }
}
