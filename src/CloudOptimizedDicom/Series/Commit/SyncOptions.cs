namespace CloudOptimizedDicom;

/// <summary>How a series is synced.</summary>
public sealed record SyncOptions
{
    /// <summary>
    /// Whether a series that has instances in the store may be replaced by one that has none, and a new one may be stored from
    /// which all instances were taken again.
    /// </summary>
    /// <value>The default is <see langword="false"/>.</value>
    public bool AllowEmpty { get; init; }
}
