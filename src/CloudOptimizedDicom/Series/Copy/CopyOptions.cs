namespace CloudOptimizedDicom;

/// <summary>How a series is copied to another datastore.</summary>
public sealed record CopyOptions
{
    /// <summary>Whether another series of the same UIDs at the destination is replaced.</summary>
    /// <value>The default is <see langword="false"/>: it is left alone, and <see cref="SeriesExistsException"/> names it.</value>
    public bool Overwrite { get; init; }

    /// <summary>Whether to find out only what would be done: no lock is taken and nothing is written.</summary>
    /// <value>The default is <see langword="false"/>.</value>
    public bool DryRun { get; init; }

    /// <summary>How long to wait for a lock that somebody else holds at the destination.</summary>
    /// <value>The default is zero: not at all.</value>
    public TimeSpan WaitForLock { get; init; }
}
