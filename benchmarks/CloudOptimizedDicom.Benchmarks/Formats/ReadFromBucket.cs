using BenchmarkDotNet.Attributes;
using CloudOptimizedDicom.Benchmarks.Data;
using CloudOptimizedDicom.Testing;

namespace CloudOptimizedDicom.Benchmarks.Formats;

/// <summary>Random instances and frames out of an archive in a bucket of the emulator, which is in the same process.</summary>
public class ReadFromBucket
{
    private const int Members = 100;
    private const int FileBytes = 60_000;

    private readonly Workspace _workspace = new();
    private readonly Random _random = new(1);
    private readonly HttpClient _http = new();
    private GcsEmulator? _emulator;
    private CodDatastore? _datastore;
    private CodObject? _series;
    private Instance[] _instances = [];
    private Uri? _archive;

    [GlobalSetup]
    public void Store() => StoreAsync().GetAwaiter().GetResult();

    private async Task StoreAsync()
    {
        _emulator = await GcsEmulator.StartAsync(new GcsEmulatorOptions { Buckets = ["archive"] });
        _datastore = await CodDatastore.OpenAsync("gs://archive/cod", new CodDatastoreOptions { Endpoint = _emulator.Endpoint });
        await Workspace.StoreAsync(_datastore, _workspace.WriteFiles(Members, FileBytes));
        _series = await Workspace.OpenAsync(_datastore);
        _instances = [.. _series.GetInstances()];
        string name = $"cod/studies/{SyntheticInstance.StudyUid}/series/{SyntheticInstance.SeriesUid(1)}.tar";
        _archive = new Uri(_emulator.Endpoint, $"storage/v1/b/archive/o/{Uri.EscapeDataString(name)}?alt=media");
    }

    [GlobalCleanup]
    public void DeleteAll() => DeleteAllAsync().GetAwaiter().GetResult();

    private async Task DeleteAllAsync()
    {
        await _series!.DisposeAsync();
        await _datastore!.DisposeAsync();
        await _emulator!.DisposeAsync();
        _http.Dispose();
        _workspace.Dispose();
    }

    [Benchmark(Baseline = true, Description = "HttpClient with Range")]
    public async Task<int> WithHttpClient()
    {
        ByteRange range = Next().Record!.ArchiveRange;
        using var request = new HttpRequestMessage(HttpMethod.Get, _archive);
        request.Headers.Range = new System.Net.Http.Headers.RangeHeaderValue(range.Offset, range.End - 1);
        using HttpResponseMessage response = await _http.SendAsync(request);
        _emulator!.Log.Clear();
        return (await response.Content.ReadAsByteArrayAsync()).Length;
    }

    [Benchmark(Description = "ours: an instance, proven")]
    public async Task<int> OurInstance()
    {
        _emulator!.Log.Clear();
        return (await _series!.ReadInstanceAsync(Next().Record!.Uid)).Length;
    }

    [Benchmark(Description = "ours: a frame")]
    public async Task<int> OurFrame()
    {
        _emulator!.Log.Clear();
        return (await _series!.ReadFrameAsync(Next().Record!.Uid, 1)).Bytes.Length;
    }

    private Instance Next() => _instances[_random.Next(_instances.Length)];
}
