using BenchmarkDotNet.Attributes;
using CloudOptimizedDicom.Benchmarks.Data;

namespace CloudOptimizedDicom.Benchmarks.Targets;

/// <summary>100 images of 512 x 512 x 16 bit into a directory.</summary>
public class IngestImages
{
    private const int Count = 100;
    private const int FileBytes = 512 * 512 * 2 + 2500;

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

    [Benchmark(Baseline = true, Description = "read, checksum, write one file")]
    public void Limit() => PhysicalLimit.CopyTogether(_files, _store, withChecksum: true);

    [Benchmark(Description = "the same, flushed to disk")]
    public void FlushedLimit() => PhysicalLimit.CopyTogether(_files, _store, withChecksum: true, flush: true);

    [Benchmark(Description = "ingest 100 x 512 x 512 x 16 bit")]
    public async Task Ingest()
    {
        await using CodDatastore datastore = await CodDatastore.OpenAsync(_store);
        await Workspace.StoreAsync(datastore, _files, mode: CodMode.Write);
    }
}
