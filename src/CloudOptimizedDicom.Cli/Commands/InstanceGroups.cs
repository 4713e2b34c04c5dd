using CloudOptimizedDicom.Part10;

namespace CloudOptimizedDicom.Cli.Commands;

/// <summary>The files below some paths, sorted by the series that they belong to.</summary>
internal sealed class FileGroups
{
    private const int PrefixOffset = 128;

    private readonly Dictionary<SeriesId, List<Instance>> _series = [];
    private readonly List<AppendError> _errors = [];

    public IReadOnlyDictionary<SeriesId, List<Instance>> Series => _series;

    /// <summary>Files that should be instances and are not, or whose series cannot be told.</summary>
    public IReadOnlyList<AppendError> Errors => _errors;

    /// <summary>Files in folders that are not DICOM at all.</summary>
    public int Skipped { get; private set; }

    /// <summary>Reads the header of every file, folders in the order of their names.</summary>
    /// <exception cref="FileNotFoundException">A path does not exist.</exception>
    public static async Task<FileGroups> ReadAsync(IEnumerable<string> paths, CancellationToken cancellationToken)
    {
        var groups = new FileGroups();
        foreach (string path in paths)
        {
            if (Directory.Exists(path))
            {
                foreach (string file in Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
                {
                    await groups.AddAsync(file, isNamed: false, cancellationToken);
                }
            }
            else if (File.Exists(path))
            {
                await groups.AddAsync(path, isNamed: true, cancellationToken);
            }
            else
            {
                throw new FileNotFoundException($"There is no file or folder {path}.", path);
            }
        }

        return groups;
    }

    private async Task AddAsync(string file, bool isNamed, CancellationToken cancellationToken)
    {
        var instance = new Instance(file);
        try
        {
            var id = new SeriesId(await instance.GetStudyUidAsync(cancellationToken), await instance.GetSeriesUidAsync(cancellationToken));
            if (!_series.TryGetValue(id, out List<Instance>? instances))
            {
                _series[id] = instances = [];
            }

            instances.Add(instance);
        }
        catch (InvalidDicomException) when (!isNamed && !HasPrefix(file))
        {
            Skipped++;
        }
        catch (Exception error) when (error is CodException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            _errors.Add(new AppendError(instance, error));
        }
    }

    private static bool HasPrefix(string file)
    {
        Span<byte> prefix = stackalloc byte[4];
        using var handle = File.OpenHandle(file);
        return RandomAccess.Read(handle, prefix, PrefixOffset) == prefix.Length && prefix.SequenceEqual("DICM"u8);
    }
}
