using BenchmarkDotNet.Attributes;
using CloudOptimizedDicom.Benchmarks.Data;

namespace CloudOptimizedDicom.Benchmarks.Series;

/// <summary>Ten instances of 13 KB appended to a series of a directory, by the number that it has.</summary>
public class AppendToSeries
{
    private const int Added = 10;
    private const int FileBytes = 13_000;

    private readonly Workspace _workspace = new();
    private string[] _files = [];
    private string _original = "";
    private string _store = "";

    [Params(10, 100, 1000)]
    public int Stored { get; set; }

    [GlobalSetup]
    public void Store() => StoreAsync().GetAwaiter().GetResult();

    private async Task StoreAsync()
    {
        _files = _workspace.WriteFiles(Stored + Added, FileBytes);
        _original = _workspace.NewStore();
        await using CodDatastore datastore = await CodDatastore.OpenAsync(_original);
        await Workspace.StoreAsync(datastore, _files[..Stored]);
    }

    [IterationSetup]
    public void CopyStore()
    {
        _store = _workspace.NewStore();
        foreach (string file in Directory.EnumerateFiles(_original, "*", SearchOption.AllDirectories))
        {
            string copy = Path.Combine(_store, Path.GetRelativePath(_original, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }

    [IterationCleanup]
    public void DeleteStore() => Directory.Delete(_store, recursive: true);

    [GlobalCleanup]
    public void DeleteAll() => _workspace.Dispose();

    [Benchmark(Baseline = true, Description = "copy the archive, read and write the files behind it")]
    public void Limit()
    {
        string archive = Workspace.ArchiveOf(_store);
        PhysicalLimit.CopyTogether([archive, .. _files[^Added..]], $"{archive}.copy", withChecksum: true);
    }

    [Benchmark(Description = "append 10 x 13 KB")]
    public async Task Append()
    {
        await using CodDatastore datastore = await CodDatastore.OpenAsync(_store);
        await Workspace.StoreAsync(datastore, _files[^Added..]);
    }
}
