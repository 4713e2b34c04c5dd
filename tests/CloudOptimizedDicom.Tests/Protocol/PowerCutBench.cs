using CloudOptimizedDicom.Storage;
using CloudOptimizedDicom.Tests.Storage.Local;

namespace CloudOptimizedDicom.Tests.Protocol;

/// <summary>
/// A series in a directory that an operation changes while every step is written down, and the directories that a power cut
/// between any two steps may leave.
/// </summary>
internal sealed class PowerCutBench : IDisposable
{
    private const string StoreName = "store";

    private readonly CrashOperation _operation;
    private readonly string _folder;
    private readonly string _watched;
    private readonly CrashDisk _disk;
    private readonly RecordedSteps _record;
    private readonly List<(int Steps, StoreRequest Request)> _acknowledged = [];

    private PowerCutBench(CrashOperation operation, string folder, string watched, Action<FileStep>? beforeStep)
    {
        _operation = operation;
        _folder = folder;
        _watched = watched;
        _disk = new CrashDisk(watched);
        _record = new RecordedSteps(watched) { BeforeStep = beforeStep };
    }

    public IReadOnlyList<FileStep> Steps => _record.Steps;

    /// <summary>The changes of objects that have returned, each with the number of steps that were taken by then.</summary>
    public IReadOnlyList<(int Steps, StoreRequest Request)> Acknowledged => _acknowledged;

    /// <summary>The number of steps after which readers must see what the operation does.</summary>
    public int CommittedAt => _acknowledged.FindLast(change => change.Request.IsOf("/metadata.json")).Steps;

    /// <summary>What a reader sees before and after the operation.</summary>
    public SeriesState Old { get; private set; } = new(null, []);

    public SeriesState New { get; private set; } = new(null, []);

    /// <summary>Runs the operation, and writes its steps down.</summary>
    public static async Task<PowerCutBench> RunAsync(CrashOperation operation, string scratchDirectory, Action<FileStep>? beforeStep = null)
    {
        string folder = Directory.CreateDirectory(Path.Combine(scratchDirectory, $"{Guid.NewGuid():N}")).FullName;
        string watched = Directory.CreateDirectory(Path.Combine(folder, "watched")).FullName;
        string root = Path.Combine(watched, StoreName);
        await using var plain = new LocalObjectStore(root);
        await operation.PrepareAsync(plain);
        var bench = new PowerCutBench(operation, folder, watched, beforeStep);
        await using var store = new LocalObjectStore(root, new LocalObjectStoreOptions { Steps = bench._record });
        bench.Old = await bench.ReadAsync(plain);
        await operation.RunAsync(CodDatastore.FromStore(new AcknowledgedStore(store, bench.Acknowledge)));
        bench.New = await bench.ReadAsync(plain);
        return bench;
    }

    /// <summary>
    /// Gives every different directory that there may be after a power cut, once for as long as the operation has not committed
    /// and once after; each only until the next is asked for.
    /// </summary>
    public IEnumerable<(int Steps, IObjectStore Store, string Place)> Crashes()
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (int taken = 0; taken <= Steps.Count; taken++)
        {
            if (taken > 0)
            {
                _disk.Take(Steps[taken - 1]);
            }

            string place = $"after {taken} steps, the last of them {(taken == 0 ? "none" : Steps[taken - 1])}";
            int image = 0;
            foreach (SortedDictionary<string, FileContent?> names in _disk.Images())
            {
                image++;
                if (seen.Add($"{taken >= CommittedAt} {Describe(names)}"))
                {
                    string root = Write(names, taken, image);
                    yield return (taken, new LocalObjectStore(root), $"image {image} {place}, with {string.Join(", ", _disk.Pending)} not flushed");
                    Directory.Delete(Path.GetDirectoryName(root)!, recursive: true);
                }
            }

            RequireFlushed(taken);
        }
    }

    public SeriesOperator OperatorOf(IObjectStore store) => new(store, _operation.Id, _folder);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private Task<SeriesState> ReadAsync(IObjectStore store) => SeriesState.ReadAsync(CodDatastore.FromStore(store), _operation.Id);

    private void Acknowledge(StoreRequest request) => _acknowledged.Add((Steps.Count, request));

    // A change that has returned is on the disk, whatever comes later.
    private void RequireFlushed(int taken)
    {
        foreach ((int _, StoreRequest request) in _acknowledged.Where(change => change.Steps == taken))
        {
            Assert.That(_disk.Pending.Where(change => !change.IsOfNothing), Is.Empty, $"{request.Operation} of {request.Name}");
        }
    }

    private static string Describe(SortedDictionary<string, FileContent?> names) => string.Join('\n', names
        .Where(name => !name.Key.Contains(".cod/staging", StringComparison.Ordinal))
        .Select(name => $"{name.Key} {name.Value?.ModifiedTime.Ticks} {(name.Value is { } file ? Crc32c.Compute(file.Bytes) : 0)}"));

    private string Write(SortedDictionary<string, FileContent?> names, int taken, int image)
    {
        string folder = Path.Combine(_folder, $"{taken}-{image}");
        Directory.CreateDirectory(Path.Combine(folder, StoreName));
        foreach ((string name, FileContent? file) in names)
        {
            if (file is null)
            {
                Directory.CreateDirectory(Path.Combine(folder, name));
            }
            else
            {
                file.Write(Path.Combine(folder, name));
            }
        }

        return Path.Combine(folder, StoreName);
    }
}
