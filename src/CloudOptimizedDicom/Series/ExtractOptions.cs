namespace CloudOptimizedDicom;

/// <summary>How instances are written to files.</summary>
public sealed record ExtractOptions
{
    /// <summary>Told after each instance.</summary>
    /// <value>The default is <see langword="null"/>.</value>
    public IProgress<InstanceProgress>? Progress { get; init; }
}
