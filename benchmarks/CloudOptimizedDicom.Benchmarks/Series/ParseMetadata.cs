using System.Buffers;
using System.Text.Json;
using BenchmarkDotNet.Attributes;
using CloudOptimizedDicom.Benchmarks.Data;
using CloudOptimizedDicom.Metadata;

namespace CloudOptimizedDicom.Benchmarks.Series;

/// <summary>The metadata of a series, by the number of its instances; tags are inflated when they are asked for, so not here.</summary>
public class ParseMetadata
{
    private byte[] _json = [];
    private SeriesMetadata? _metadata;

    [Params(100, 1000, 10_000)]
    public int Instances { get; set; }

    [GlobalSetup]
    public void Make() => MakeAsync().GetAwaiter().GetResult();

    private async Task MakeAsync()
    {
        _metadata = new SeriesMetadata(
            new SeriesId(SyntheticInstance.StudyUid, SyntheticInstance.SeriesUid(1)), usesHashedUids: false, MetadataVersion.V2);
        long offset = 512;
        for (int i = 1; i <= Instances; i++)
        {
            InstanceScan scan = await InstanceScan.FromStreamAsync(new MemoryStream(SyntheticInstance.Create(1, i, 4000)));
            _metadata.Add(InstanceRecord.Create(
                scan, scan.InstanceUid!, new ByteRange(offset, scan.SizeBytes), $"scan/{i}.dcm", [], MetadataVersion.V2, DateTimeOffset.UnixEpoch));
            offset += 8192;
        }

        var output = new ArrayBufferWriter<byte>();
        _metadata.Write(output, "series.tar");
        _json = output.WrittenSpan.ToArray();
    }

    [Benchmark(Baseline = true, Description = "scan with Utf8JsonReader")]
    public int Limit()
    {
        var reader = new Utf8JsonReader(_json);
        int tokens = 0;
        while (reader.Read())
        {
            tokens++;
        }

        return tokens;
    }

    [Benchmark(Description = "parse")]
    public int Parse() => SeriesMetadata.Parse(_json, "metadata.json").Instances.Count;

    [Benchmark(Description = "write")]
    public int Write()
    {
        var output = new ArrayBufferWriter<byte>(_json.Length + 1024);
        _metadata!.Write(output, "series.tar");
        return output.WrittenCount;
    }
}
