using System.Buffers;
using BenchmarkDotNet.Attributes;
using CloudOptimizedDicom.Benchmarks.Data;
using CloudOptimizedDicom.Compression;

namespace CloudOptimizedDicom.Benchmarks.Formats;

/// <summary>The tags of one instance as DICOM JSON, compressed and back.</summary>
public class CompressTags
{
    private readonly ArrayBufferWriter<byte> _output = new();
    private readonly ArrayBufferWriter<byte> _compressed = new();
    private byte[] _json = [];
    private byte[] _copy = [];

    [GlobalSetup]
    public void Scan() => ScanAsync().GetAwaiter().GetResult();

    private async Task ScanAsync()
    {
        _json = (await InstanceScan.FromStreamAsync(new MemoryStream(SyntheticInstance.Create(1, 1, 13_000)))).DicomJson.ToArray();
        _copy = new byte[_json.Length];
        Zstd.Compress(_json, _compressed);
    }

    [Benchmark(Baseline = true, Description = "memcpy")]
    public void Limit() => _json.AsSpan().CopyTo(_copy);

    [Benchmark(Description = "zstd, level 3")]
    public int ZstdCompress()
    {
        _output.ResetWrittenCount();
        Zstd.Compress(_json, _output);
        return _output.WrittenCount;
    }

    [Benchmark(Description = "zstd, back")]
    public int ZstdDecompress()
    {
        _output.ResetWrittenCount();
        Zstd.Decompress(_compressed.WrittenSpan, _output, maxBytes: 1 << 20);
        return _output.WrittenCount;
    }

    [Benchmark(Description = "gzip, level 6")]
    public int GzipCompress() => Gzip.Compress(_json).Length;
}
