using BenchmarkDotNet.Attributes;
using CloudOptimizedDicom.Benchmarks.Data;

namespace CloudOptimizedDicom.Benchmarks.Targets;

/// <summary>1,000 instances of 13 KB into a directory.</summary>
public class IngestSmallInstances
{
    private const int Count = 1000;
    private const int FileBytes = 13_000;

    private readonly Workspace _workspace = new();
    private string[] _files = [];
    private string _store = "";

    [GlobalSetup]
    public void WriteFiles() => _files = _workspace.WriteFiles(Count, FileBytes);

    [IterationSetup]
    public void NameStore() => _store = _workspace.NewStore();

    [IterationCleanup]
    public void DeleteStore() => Workspace.Delete(_store);

    [GlobalCleanup]
    public void DeleteAll() => _workspace.Dispose();

    [Benchmark(Baseline = true, Description = "open, read, append to one file")]
    public void Limit() => PhysicalLimit.CopyTogether(_files, _store, withChecksum: false);

    [Benchmark(Description = "ingest 1,000 x 13 KB")]
    public async Task Ingest()
    {
        await using CodDatastore datastore = await CodDatastore.OpenAsync(_store);
        await Workspace.StoreAsync(datastore, _files, mode: CodMode.Write);
    }
}
