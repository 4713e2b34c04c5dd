namespace CloudOptimizedDicom;

/// <summary>How instances are appended.</summary>
public sealed record AppendOptions
{
    /// <summary>How many instances are read at once.</summary>
    /// <value>The default is the number of processors. Each holds up to 4 MiB.</value>
    public int MaxParallelism { get; init; } = Environment.ProcessorCount;

    /// <summary>Told after each instance.</summary>
    /// <value>The default is <see langword="null"/>.</value>
    public IProgress<InstanceProgress>? Progress { get; init; }
}
