using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using BenchmarkDotNet.Attributes;

namespace CloudOptimizedDicom.Benchmarks.Targets;

/// <summary>CRC-32C of 64 MB.</summary>
public class Checksum
{
    private readonly byte[] _bytes = new byte[64 << 20];

    [GlobalSetup]
    public void Fill() => new Random(1).NextBytes(_bytes);

    [Benchmark(Baseline = true, Description = "a read-only pass over 64 MB")]
    public Vector256<long> Limit()
    {
        ReadOnlySpan<Vector256<long>> vectors = MemoryMarshal.Cast<byte, Vector256<long>>(_bytes);
        Vector256<long> first = default, second = default, third = default, fourth = default;
        for (int i = 0; i < vectors.Length; i += 4)
        {
            first ^= vectors[i];
            second ^= vectors[i + 1];
            third ^= vectors[i + 2];
            fourth ^= vectors[i + 3];
        }

        return first ^ second ^ third ^ fourth;
    }

    [Benchmark(Description = "CRC-32C of 64 MB")]
    public uint Compute() => Crc32c.Compute(_bytes);
}
