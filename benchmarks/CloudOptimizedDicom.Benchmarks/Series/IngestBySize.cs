using BenchmarkDotNet.Attributes;
using CloudOptimizedDicom.Benchmarks.Data;

namespace CloudOptimizedDicom.Benchmarks.Series;

/// <summary>About 64 MB into a directory, by the size of the instances.</summary>
public class IngestBySize
{
    private const int TotalBytes = 64 << 20;

    private readonly Workspace _workspace = new();
    private string[] _files = [];
    private string _store = "";

    [Params(13_000, 512 << 10, 32 << 20)]
    public int FileBytes { get; set; }

    [GlobalSetup]
    public void WriteFiles() => _files = _workspace.WriteFiles(TotalBytes / FileBytes, FileBytes);

    [IterationSetup]
    public void NameStore() => _store = _workspace.NewStore();

    [IterationCleanup]
    public void DeleteStore() => Workspace.Delete(_store);

    [GlobalCleanup]
    public void DeleteAll() => _workspace.Dispose();

    [Benchmark(Baseline = true, Description = "read, checksum, write one file")]
    public void Limit() => PhysicalLimit.CopyTogether(_files, _store, withChecksum: true);

    [Benchmark(Description = "ingest 64 MB")]
    public async Task Ingest()
    {
        await using CodDatastore datastore = await CodDatastore.OpenAsync(_store);
        await Workspace.StoreAsync(datastore, _files, mode: CodMode.Write);
    }
}
