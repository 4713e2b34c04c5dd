using System.Buffers;
using System.Text.Json;
using BenchmarkDotNet.Attributes;
using CloudOptimizedDicom.Benchmarks.Data;
using CloudOptimizedDicom.Compression;
using CloudOptimizedDicom.Part10;

namespace CloudOptimizedDicom.Benchmarks.Targets;

/// <summary>All tags of a series of 1,000 instances, from a directory.</summary>
public class OpenTags
{
    private const int Count = 1000;

    private readonly Workspace _workspace = new();
    private readonly List<byte[]> _compressed = [];
    private CodDatastore? _datastore;

    [GlobalSetup]
    public void Store() => StoreAsync().GetAwaiter().GetResult();

    private async Task StoreAsync()
    {
        _datastore = await CodDatastore.OpenAsync(_workspace.NewStore(), new CodDatastoreOptions { MetadataCacheBytes = 0 });
        await Workspace.StoreAsync(_datastore, _workspace.WriteFiles(Count, fileBytes: 4000));
        await using CodObject series = await Workspace.OpenAsync(_datastore);
        foreach (Instance instance in series.GetInstances())
        {
            var compressed = new ArrayBufferWriter<byte>();
            Zstd.Compress(instance.Metadata.Utf8Json.Span, compressed);
            _compressed.Add(compressed.WrittenSpan.ToArray());
        }
    }

    [GlobalCleanup]
    public void DeleteAll() => DeleteAllAsync().GetAwaiter().GetResult();

    private async Task DeleteAllAsync()
    {
        await _datastore!.DisposeAsync();
        _workspace.Dispose();
    }

    [Benchmark(Baseline = true, Description = "inflate, and scan with Utf8JsonReader")]
    public int Limit()
    {
        int tokens = 0;
        var json = new ArrayBufferWriter<byte>();
        foreach (byte[] compressed in _compressed)
        {
            json.ResetWrittenCount();
            Zstd.Decompress(compressed, json, maxBytes: 1 << 20);
            var reader = new Utf8JsonReader(json.WrittenSpan);
            while (reader.Read())
            {
                tokens++;
            }
        }

        return tokens;
    }

    [Benchmark(Description = "open, and all tags of 1,000 instances")]
    public async Task<int> Open()
    {
        await using CodObject series = await Workspace.OpenAsync(_datastore!);
        int tags = 0;
        foreach (Instance instance in series.GetInstances())
        {
            foreach (DicomTag tag in instance.Metadata.Tags)
            {
                tags += instance.Metadata.GetVr(tag) == DicomVr.SQ ? 2 : 1;
            }
        }

        return tags;
    }
}
