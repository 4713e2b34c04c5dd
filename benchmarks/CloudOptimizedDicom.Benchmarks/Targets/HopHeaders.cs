using System.Formats.Tar;
using BenchmarkDotNet.Attributes;
using CloudOptimizedDicom.Benchmarks.Data;
using CloudOptimizedDicom.Tar;

namespace CloudOptimizedDicom.Benchmarks.Targets;

/// <summary>The headers of an archive of 1,000 members.</summary>
public class HopHeaders
{
    private const int Count = 1000;

    private readonly Workspace _workspace = new();
    private string _archive = "";

    [GlobalSetup]
    public void Store() => StoreAsync().GetAwaiter().GetResult();

    private async Task StoreAsync()
    {
        string store = _workspace.NewStore();
        await using CodDatastore datastore = await CodDatastore.OpenAsync(store);
        await Workspace.StoreAsync(datastore, _workspace.WriteFiles(Count, fileBytes: 60_000));
        _archive = Workspace.ArchiveOf(store);
    }

    [GlobalCleanup]
    public void DeleteAll() => _workspace.Dispose();

    [Benchmark(Baseline = true, Description = "System.Formats.Tar")]
    public int Limit()
    {
        using FileStream file = File.OpenRead(_archive);
        using var reader = new TarReader(file);
        int count = 0;
        while (reader.GetNextEntry() is not null)
        {
            count++;
        }

        return count;
    }

    [Benchmark(Description = "our hop")]
    public async Task<int> Hop()
    {
        using var file = File.OpenHandle(_archive);
        using var reader = new TarHopReader(new TarFileSource(file));
        return (await reader.ReadAllAsync(CancellationToken.None)).Count;
    }
}
