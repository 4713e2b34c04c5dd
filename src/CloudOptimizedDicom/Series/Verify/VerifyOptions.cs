namespace CloudOptimizedDicom;

/// <summary>How a series is verified.</summary>
public sealed record VerifyOptions
{
    /// <summary>
    /// Whether each instance is parsed and compared with its record: UIDs, tags, presence of pixels and frames. It takes
    /// processor time, no requests.
    /// </summary>
    /// <value>The default is <see langword="false"/>: bytes are compared by their checksums.</value>
    public bool Deep { get; init; }

    /// <summary>
    /// The age from which a lock counts as that of a writer that died, by the clock of the store; <see langword="null"/> for never. A series
    /// that holds the lock itself verifies without it.
    /// </summary>
    /// <value>The default is one hour.</value>
    public TimeSpan? LockAbandonedAfter { get; init; } = TimeSpan.FromHours(1);
}
