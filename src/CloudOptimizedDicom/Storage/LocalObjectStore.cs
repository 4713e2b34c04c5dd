using CloudOptimizedDicom.Storage.Local;

namespace CloudOptimizedDicom.Storage;

/// <summary>
/// A directory as a store of objects, with the contract of a bucket: an object <c>a/b</c> is the file <c>a/b</c>, replaced
/// as a whole. Any number of threads and processes of one machine may use the same directory at once; on a shared file system
/// they must see each other's file locks (flock). Where the file system keeps none, nothing is written; reading works.
/// </summary>
/// <remarks>
/// What a call has written or deleted when it returns survives a power cut, as far as the disk keeps what was flushed to it.
/// The generation of an object is the time of its file's last write, in microseconds since the Unix epoch, and higher than
/// all that the name had before. What else is known of objects is in a file <c>.objects.json</c> beside them; without it, as
/// in a directory that other tools made, an object has no known checksum and no custom metadata. Files that the store needs
/// for itself are in <c>.cod</c> in its root. Symbolic links are not followed, and only regular files are objects: FIFOs,
/// sockets and devices are passed over. Where file names do not tell upper from
/// lower case, names of objects do not either; and as there cannot be a file and a directory of one name, there cannot be an
/// object <c>a</c> beside an object <c>a/b</c>.
/// </remarks>
public sealed partial class LocalObjectStore : IObjectStore
{
    // A name can only be new again and again when somebody writes it all the time.
    private const int MaxReadAttempts = 100;

    private readonly string _root;
    private readonly TimeProvider _timeProvider;
    private readonly IFileSteps _steps;
    private readonly FolderFlushes _folders;
    private readonly FolderLocks _locks;

    /// <summary>Names a directory. It is not touched before it is used, and not made before something is written.</summary>
    /// <param name="directory">The directory.</param>
    /// <param name="options">How to work; <see langword="null"/> for the defaults.</param>
    public LocalObjectStore(string directory, LocalObjectStoreOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        _root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(directory));
        options ??= new LocalObjectStoreOptions();
        _timeProvider = options.TimeProvider;
        _steps = options.Steps;
        _folders = new FolderFlushes(_root, _steps);
        _locks = new FolderLocks(Path.Join(_root, ObjectPath.OwnFolder, "locks"), _timeProvider, _folders, _steps);
        _publishedMode = new Lazy<UnixFileMode?>(() => StagingFile.ReadUsualMode(StagingDirectory), LazyThreadSafetyMode.PublicationOnly);
    }

    /// <summary>The full path of the directory.</summary>
    public string RootUri => _root;

    /// <summary>No: bytes stay on this machine.</summary>
    public bool IsRemote => false;

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">
    /// The name has an empty segment, one that means another place, a backslash or a control character, is a name that the
    /// store needs for itself, or one that the operating system refuses.
    /// </exception>
    public Task<ObjectInfo?> GetInfoAsync(string name, CancellationToken cancellationToken = default)
    {
        var path = new ObjectPath(_root, name);
        return RunAsync("stat", name, () => Find(path), cancellationToken);
    }

    /// <summary>Does nothing: the store holds nothing open between calls.</summary>
    /// <returns>When done.</returns>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private ObjectInfo? Find(ObjectPath path)
    {
        for (int attempt = 1; path.Stat() is { } file; attempt++)
        {
            if (Describe(path, file, attempt) is { } info)
            {
                return info;
            }
        }

        return null;
    }

    // What the side file tells, even if it is nothing; null when the object was replaced meanwhile and must be looked at again.
    private ObjectInfo? Describe(ObjectPath path, FileState file, int attempt)
    {
        SideFileRecord? record = SideFile.Read(path.FolderPath).Find(path.SideKey, file);
        bool isFinal = record is not null || attempt >= MaxReadAttempts || path.Stat() == file;
        return isFinal ? ToInfo(path, file, record) : null;
    }

    private ObjectInfo ToInfo(ObjectPath path, FileState file, SideFileRecord? record) => new()
    {
        Name = path.Name,
        Generation = file.Generation,
        SizeBytes = file.SizeBytes,
        Crc32c = record?.Crc32c,
        ContentType = record?.ContentType,
        ContentEncoding = record?.ContentEncoding,
        TimeCreated = record?.TimeCreated ?? FileState.ToTime(file.Generation),
        UploadId = record?.UploadId,
        TimeAnswered = _timeProvider.GetUtcNow(),
        Metadata = record?.Metadata ?? [],
    };
}
