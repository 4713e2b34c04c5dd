using System.Text;

namespace CloudOptimizedDicom.Storage.Local;

/// <summary>Where an object of a directory lies, and which side file tells of it.</summary>
internal sealed class ObjectPath
{
    /// <summary>What the store keeps for itself, in its root.</summary>
    public const string OwnFolder = ".cod";

    /// <summary>The side file, in every folder with objects.</summary>
    public const string SideFileName = ".objects.json";

    private const string Tar = ".tar";

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <exception cref="ArgumentException">No object of a directory can have this name.</exception>
    public ObjectPath(string root, string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        string[] segments = name.Split('/');
        if (!Array.TrueForAll(segments, IsValidSegment) || IsOwnFolder(segments[0]))
        {
            throw new ArgumentException($"\"{name}\" cannot name an object of a directory.", nameof(name));
        }

        Root = root;
        Name = name;
        FilePath = PathOf(root, name);

        // The tar of a series lies beside the series' folder, yet is told of within it: one side file tells of the series.
        string file = segments[^1];
        bool isSeriesTar = segments is [.., "series", _] && file.Length > Tar.Length && file.EndsWith(Tar, StringComparison.Ordinal);
        string parent = name[..Math.Max(name.Length - file.Length - 1, 0)];
        (Folder, SideKey) = isSeriesTar ? (name[..^Tar.Length], $"../{file}") : (parent, file);
    }

    public string Root { get; }

    public string Name { get; }

    public string FilePath { get; }

    /// <summary>The folder of the side file, named as objects are; empty for the root.</summary>
    public string Folder { get; }

    public string FolderPath => PathOf(Root, Folder);

    /// <summary>What the side file calls the object: its path from there.</summary>
    public string SideKey { get; }

    public static bool IsValidSegment(string segment) =>
        segment.Length > 0
        && segment is not ("." or "..")
        && !segment.Equals(SideFileName, StringComparison.OrdinalIgnoreCase)
        && !segment.AsSpan().ContainsAny('/', '\\')
        && !segment.Any(char.IsControl)
        && IsUnicode(segment)
        && (!OperatingSystem.IsWindows() || WindowsName.IsValid(segment));

    public static bool IsOwnFolder(string segment) => segment.Equals(OwnFolder, StringComparison.OrdinalIgnoreCase);

    public static string PathOf(string root, string name) =>
        name.Length == 0 ? root : Path.Join(root, name.Replace('/', Path.DirectorySeparatorChar));

    /// <summary>
    /// Size and time of the file; <see langword="null"/> when there is none. What lies behind a symbolic link is not there:
    /// it may be outside of the root. Nor is a FIFO, a socket or a device, whose length is 0.
    /// </summary>
    public FileState? Stat()
    {
        int end = Name.LastIndexOf('/');
        return (end < 0 || IsFolder(Root, Name[..end]))
            && new FileInfo(FilePath) is { Exists: true } file
            && !IsLink(file)
            && (file.Length > 0 || RegularFile.Is(FilePath))
            ? FileState.Of(file)
            : null;
    }

    /// <summary>Whether a folder is there, and no symbolic link on the way to it.</summary>
    public static bool IsFolder(string root, string folder) =>
        FoldersOnTheWay(root, folder).All(step => step.Exists && !IsLink(step));

    /// <summary>Whether writing the object or its side file would follow a symbolic link.</summary>
    public bool IsBehindLink()
    {
        string parent = Name[..Math.Max(Name.LastIndexOf('/'), 0)];
        return FoldersOnTheWay(Root, parent).Concat(FoldersOnTheWay(Root, Folder)).Any(step => step.Exists && IsLink(step));
    }

    public static bool IsLink(FileSystemInfo entry) =>
        entry.Attributes.HasFlag(FileAttributes.ReparsePoint) && entry.LinkTarget is not null;

    private static IEnumerable<DirectoryInfo> FoldersOnTheWay(string root, string folder)
    {
        for (int end = folder.IndexOf('/', StringComparison.Ordinal); folder.Length > 0; end = folder.IndexOf('/', end + 1))
        {
            yield return new DirectoryInfo(PathOf(root, end < 0 ? folder : folder[..end]));
            if (end < 0)
            {
                yield break;
            }
        }
    }

    private static bool IsUnicode(string segment)
    {
        try
        {
            return StrictUtf8.GetByteCount(segment) > 0;
        }
        catch (EncoderFallbackException)
        {
            return false;
        }
    }
}
