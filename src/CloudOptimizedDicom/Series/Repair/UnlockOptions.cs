namespace CloudOptimizedDicom;

/// <summary>Which locks are removed.</summary>
public sealed record UnlockOptions
{
    /// <summary>
    /// The age from which a lock that names no instance is removed, by the clock of the store. Such a lock is that of a series
    /// that was being begun, so its writer has committed nothing.
    /// </summary>
    /// <value>The default is one hour.</value>
    public TimeSpan OlderThan { get; init; } = TimeSpan.FromHours(1);

    /// <summary>
    /// Whether any lock is removed. Whoever holds it and still lives may go on until its next fence fails, so be sure that it
    /// died; what it has left is for a repair, which takes over the lock itself and keeps the copy of the metadata in it.
    /// </summary>
    /// <value>The default is <see langword="false"/>.</value>
    public bool Force { get; init; }
}
