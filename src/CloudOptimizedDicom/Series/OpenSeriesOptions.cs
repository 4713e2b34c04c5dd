namespace CloudOptimizedDicom;

/// <summary>How a series is opened.</summary>
public sealed record OpenSeriesOptions
{
    /// <summary>Whether a series that does not exist is begun; reading never begins one.</summary>
    /// <value>The default is <see langword="true"/>.</value>
    public bool CreateIfMissing { get; init; } = true;

    /// <summary>Whether an error.log is no obstacle. One that a writer finds is deleted under the lock.</summary>
    /// <value>The default is <see langword="false"/>.</value>
    public bool OverrideErrors { get; init; }

    /// <summary>Whether the study and series UIDs given are hashed ones, so that instances need a hasher.</summary>
    /// <value>The default is <see langword="false"/>. A series that exists says itself.</value>
    public bool UsesHashedUids { get; init; }

    /// <summary>How the tags of new instances are kept.</summary>
    /// <value>The default is <see langword="null"/>: as in the rest of the series, and version 2 in a new one.</value>
    public MetadataVersion? MetadataVersion { get; init; }

    /// <summary>How long to wait for a lock that somebody else holds.</summary>
    /// <value>The default is zero: not at all.</value>
    public TimeSpan WaitForLock { get; init; }

    /// <summary>
    /// The age from which a lock that names no instance is taken over, by the clock of the store. Such a lock is that of a
    /// series that was being begun, so its writer has committed nothing.
    /// </summary>
    /// <value>The default is <see langword="null"/>: never.</value>
    public TimeSpan? OverrideEmptyLocksOlderThan { get; init; }
}
