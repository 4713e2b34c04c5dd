using System.Buffers;
using BenchmarkDotNet.Attributes;
using CloudOptimizedDicom.Benchmarks.Data;
using CloudOptimizedDicom.Json;
using CloudOptimizedDicom.Part10;

namespace CloudOptimizedDicom.Benchmarks.Formats;

/// <summary>One header of eighty elements: parsed, written as DICOM JSON, and read from it.</summary>
public class ParseHeader
{
    private readonly byte[] _file = SyntheticInstance.Create(1, 1, 13_000);
    private readonly byte[] _copy = new byte[13_000];
    private readonly ArrayBufferWriter<byte> _output = new();
    private ReadOnlyMemory<byte> _json;

    [GlobalSetup]
    public void Scan() => ScanAsync().GetAwaiter().GetResult();

    private async Task ScanAsync() => _json = (await InstanceScan.FromStreamAsync(new MemoryStream(_file))).DicomJson;

    [Benchmark(Baseline = true, Description = "memcpy of the file")]
    public void Limit() => _file.AsSpan().CopyTo(_copy);

    [Benchmark(Description = "Part 10 parse")]
    public async Task<int> Parse()
    {
        using DicomDataset dataset = await Part10Reader.ReadAsync(_file, null, null, CancellationToken.None);
        return dataset.Count;
    }

    [Benchmark(Description = "parse, and write DICOM JSON")]
    public async Task<int> ParseAndWrite()
    {
        using DicomDataset dataset = await Part10Reader.ReadAsync(_file, null, null, CancellationToken.None);
        _output.ResetWrittenCount();
        DicomJsonWriter.Write(_output, dataset, "series.tar://instances/1.dcm");
        return _output.WrittenCount;
    }

    [Benchmark(Description = "read DICOM JSON, all tags")]
    public int Read()
    {
        var dataset = DicomJsonDataset.Parse(_json);
        return dataset.Tags.Count(tag => dataset.GetVr(tag) != DicomVr.SQ);
    }
}
