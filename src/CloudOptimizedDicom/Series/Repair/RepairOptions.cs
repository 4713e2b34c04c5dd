namespace CloudOptimizedDicom;

/// <summary>How a series is repaired.</summary>
public sealed record RepairOptions
{
    /// <summary>Whether to find out only what would be done: no lock is taken and nothing is written.</summary>
    /// <value>The default is <see langword="false"/>.</value>
    public bool DryRun { get; init; }

    /// <summary>
    /// Whether a lock that somebody holds is taken over. Whoever holds it and still lives may go on until its next fence fails,
    /// so be sure that it died.
    /// </summary>
    /// <value>The default is <see langword="false"/>: a lock that is held ends the repair.</value>
    public bool TakeOverLock { get; init; }

    /// <summary>
    /// Whether instances whose bytes are nowhere any more are dropped from the metadata, so that the rest can be used; also
    /// whatever else was in metadata that cannot be read, which is then kept as <c>metadata.json.damaged</c>.
    /// </summary>
    /// <value>The default is <see langword="false"/>: nothing is written then, and the report names the instances.</value>
    public bool ForgetLost { get; init; }
}
