namespace CloudOptimizedDicom;

/// <summary>How the dependencies of a series are deleted.</summary>
public sealed record DeleteDependenciesOptions
{
    /// <summary>Whether everything is looked at and nothing deleted.</summary>
    /// <value>The default is <see langword="false"/>.</value>
    public bool DryRun { get; init; }

    /// <summary>How many are looked at, and deleted, at once.</summary>
    /// <value>The default is 8.</value>
    public int MaxParallelism { get; init; } = 8;

    /// <summary>
    /// Which dependencies may be deleted; others are refused. They are what the metadata says, so a series of somebody else may
    /// name anything: limit it to where sources are.
    /// </summary>
    /// <value>The default is <see langword="null"/>: all.</value>
    public Func<string, bool>? Filter { get; init; }
}
