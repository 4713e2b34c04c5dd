using CloudOptimizedDicom.Benchmarks.Targets;

namespace CloudOptimizedDicom.Benchmarks;

/// <summary>A ratio that is to be reached: the time of ours, divided by that of the baseline of its class.</summary>
/// <param name="Work">What is measured.</param>
/// <param name="Benchmark">The class.</param>
/// <param name="Method">The method in it that is ours.</param>
/// <param name="MaxRatio">The largest ratio that reaches it (inclusive).</param>
/// <param name="Limit">What the baseline is.</param>
internal sealed record Target(string Work, Type Benchmark, string Method, double MaxRatio, string Limit)
{
    public static IReadOnlyList<Target> All { get; } =
    [
        new("ingest 100 x 512 x 512 x 16 bit into a directory", typeof(IngestImages), nameof(IngestImages.Ingest), 3, "read, checksum, write one file"),
        new("ingest 1,000 x 13 KB instances into a directory", typeof(IngestSmallInstances), nameof(IngestSmallInstances.Ingest), 12, "open, read, append to one file"),
        new("open + all tags of 1,000 instances", typeof(OpenTags), nameof(OpenTags.Open), 3, "zstd inflate + Utf8JsonReader scan"),
        new("index.sqlite for 1,000 members", typeof(WriteIndex), nameof(WriteIndex.Write), 2, "the same rows by one prepared statement"),
        new("one instance by range from a local archive", typeof(ReadInstance), nameof(ReadInstance.Read), 1.3, "RandomAccess.Read of the same bytes"),
        new("CRC-32C, 64 MB", typeof(Checksum), nameof(Checksum.Compute), 2.5, "a read-only pass (40 % of its speed)"),
        new("header hop over 1,000 members", typeof(HopHeaders), nameof(HopHeaders.Hop), 1 / 3.0, "System.Formats.Tar"),
    ];
}
