using BenchmarkDotNet.Attributes;
using CloudOptimizedDicom.Benchmarks.Data;

namespace CloudOptimizedDicom.Benchmarks.Targets;

/// <summary>One image of 512 x 512 x 16 bit out of an archive in a directory, proven by its checksum.</summary>
public class ReadInstance
{
    private const int Count = 100;

    // In a row, as a server reads: to wake the thread that waits for one costs more than to read it.
    private const int Reads = 100;
    private const int FileBytes = 512 * 512 * 2 + 2500;

    private readonly Workspace _workspace = new();
    private readonly Random _random = new(1);
    private CodDatastore? _datastore;
    private CodObject? _series;
    private Instance[] _instances = [];
    private string _archive = "";

    [GlobalSetup]
    public void Store() => StoreAsync().GetAwaiter().GetResult();

    private async Task StoreAsync()
    {
        string store = _workspace.NewStore();
        _datastore = await CodDatastore.OpenAsync(store);
        await Workspace.StoreAsync(_datastore, _workspace.WriteFiles(Count, FileBytes));
        _series = await Workspace.OpenAsync(_datastore);
        _instances = [.. _series.GetInstances()];
        _archive = Workspace.ArchiveOf(store);
    }

    [GlobalCleanup]
    public void DeleteAll() => DeleteAllAsync().GetAwaiter().GetResult();

    private async Task DeleteAllAsync()
    {
        await _series!.DisposeAsync();
        await _datastore!.DisposeAsync();
        _workspace.Dispose();
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Reads, Description = "RandomAccess.Read of the same bytes")]
    public long Limit()
    {
        long total = 0;
        for (int i = 0; i < Reads; i++)
        {
            ByteRange range = Next().Record!.ArchiveRange;
            using var archive = File.OpenHandle(_archive);
            byte[] bytes = GC.AllocateUninitializedArray<byte>((int)range.Length);
            total += RandomAccess.Read(archive, bytes, range.Offset);
        }

        return total;
    }

    [Benchmark(OperationsPerInvoke = Reads, Description = "one instance by range")]
    public async Task<long> Read()
    {
        long total = 0;
        for (int i = 0; i < Reads; i++)
        {
            total += (await _series!.ReadInstanceAsync(Next().Record!.Uid)).Length;
        }

        return total;
    }

    private Instance Next() => _instances[_random.Next(_instances.Length)];
}
