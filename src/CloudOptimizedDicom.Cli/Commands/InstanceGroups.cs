using System.Runtime.InteropServices;
using CloudOptimizedDicom.Part10;

namespace CloudOptimizedDicom.Cli.Commands;

/// <summary>Instances from files, folders and URIs, sorted by the series that they belong to.</summary>
internal sealed class InstanceGroups
{
    private const int PrefixOffset = 128;

    private readonly Dictionary<SeriesId, List<Instance>> _series = [];
    private readonly List<AppendError> _errors = [];

    public IReadOnlyDictionary<SeriesId, List<Instance>> Series => _series;

    /// <summary>Files that should be instances and are not, or whose series cannot be told.</summary>
    public IReadOnlyList<AppendError> Errors => _errors;

    /// <summary>Files in folders that are not DICOM at all.</summary>
    public int Skipped { get; private set; }

    /// <summary>Reads the header of every instance, several at once; the groups keep the order given.</summary>
    /// <param name="datastore">Reads the headers.</param>
    /// <param name="paths">Files, folders (in the order of their names) and URIs.</param>
    /// <param name="listings">URI prefixes whose objects are meant.</param>
    /// <param name="uidHasher">Makes the UIDs that they are stored under; null for their own.</param>
    /// <param name="jobs">How many headers to read at once.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <exception cref="FileNotFoundException">A path does not exist.</exception>
    public static async Task<InstanceGroups> ReadAsync(
        CodDatastore datastore,
        IEnumerable<string> paths,
        IEnumerable<string> listings,
        Func<string, string>? uidHasher,
        int jobs,
        CancellationToken cancellationToken)
    {
        List<Candidate> candidates = [.. paths.SelectMany(path => Expand(path, uidHasher))];
        foreach (string listing in listings)
        {
            await foreach (Instance instance in datastore.ListInstancesAsync(listing, cancellationToken))
            {
                candidates.Add(new Candidate(new Instance(instance.DicomUri) { Hints = instance.Hints, UidHasher = uidHasher }, IsNamed: false));
            }
        }

        await Parallel.ForEachAsync(
            candidates,
            new ParallelOptions { MaxDegreeOfParallelism = jobs, CancellationToken = cancellationToken },
            async (candidate, token) => await candidate.IdentifyAsync(datastore, token));
        var groups = new InstanceGroups();
        candidates.ForEach(groups.Add);
        return groups;
    }

    private static IEnumerable<Candidate> Expand(string path, Func<string, string>? uidHasher)
    {
        if (Directory.Exists(path))
        {
            return Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories)
                .Order(StringComparer.Ordinal)
                .Select(file => new Candidate(new Instance(file) { UidHasher = uidHasher }, IsNamed: false));
        }

        return path.Contains("://", StringComparison.Ordinal) || File.Exists(path)
            ? [new Candidate(new Instance(path) { UidHasher = uidHasher }, IsNamed: true)]
            : throw new FileNotFoundException($"There is no file or folder {path}.", path);
    }

    private void Add(Candidate candidate)
    {
        if (candidate.Error is InvalidDicomException && !candidate.IsNamed && !candidate.HasPrefix)
        {
            Skipped++;
        }
        else if (candidate.Error is { } error)
        {
            _errors.Add(new AppendError(candidate.Instance, error));
        }
        else
        {
            ref List<Instance>? instances = ref CollectionsMarshal.GetValueRefOrAddDefault(_series, candidate.Id!, out _);
            (instances ??= []).Add(candidate.Instance);
        }
    }

    /// <summary>Something that may be an instance.</summary>
    private sealed record Candidate(Instance Instance, bool IsNamed)
    {
        public SeriesId? Id { get; private set; }

        public Exception? Error { get; private set; }

        /// <summary>Whether "DICM" stands where it should, so that what cannot be read is damaged and not something else.</summary>
        public bool HasPrefix { get; private set; }

        public async Task IdentifyAsync(CodDatastore datastore, CancellationToken cancellationToken)
        {
            try
            {
                Id = await datastore.IdentifyAsync(Instance, cancellationToken);
            }
            catch (CodException error)
            {
                Error = error;
                HasPrefix = File.Exists(Instance.OriginalPath) && HasPrefixAt(Instance.OriginalPath);
            }
        }

        private static bool HasPrefixAt(string file)
        {
            try
            {
                Span<byte> prefix = stackalloc byte[4];
                using var handle = File.OpenHandle(file);
                return RandomAccess.Read(handle, prefix, PrefixOffset) == prefix.Length && prefix.SequenceEqual("DICM"u8);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                return false;
            }
        }
    }
}
