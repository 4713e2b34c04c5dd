namespace CloudOptimizedDicom;

/// <summary>
/// How the dependencies of a series are deleted. Metadata may come from anybody and name anything, so what only the metadata
/// names is refused unless <see cref="Filter"/> or <see cref="AllowedRoots"/> allows it. Where they are set, they limit all.
/// </summary>
public sealed record DeleteDependenciesOptions
{
    /// <summary>Whether everything is looked at and nothing deleted.</summary>
    /// <value>The default is <see langword="false"/>.</value>
    public bool DryRun { get; init; }

    /// <summary>How many are looked at, and deleted, at once.</summary>
    /// <value>The default is 8.</value>
    public int MaxParallelism { get; init; } = 8;

    /// <summary>Which dependencies may be deleted, by the URI that the metadata names; others are refused.</summary>
    /// <value>
    /// The default is <see langword="null"/>: those within <see cref="AllowedRoots"/>, or, where these are not set either, those
    /// that this <see cref="CodObject"/> was given with instances which it appended.
    /// </value>
    public Func<string, bool>? Filter { get; init; }

    /// <summary>
    /// Folders (paths, or URIs with the scheme <c>file</c>) and prefixes of buckets (<c>gs://bucket/prefix</c>) that dependencies
    /// may be deleted from, with all that is below them; others are refused. Links are followed at both ends before they are
    /// compared. One that does not exist allows nothing.
    /// </summary>
    /// <value>The default is empty: as <see cref="Filter"/> says.</value>
    public IReadOnlyList<string> AllowedRoots { get; init; } = [];

    /// <summary>
    /// Whether dependencies of instances that name several are deleted. None of them need have the bytes of the instance, so
    /// nothing proves that what they hold is stored; where that is so, <see cref="DependencyOutcome.Proof"/> says it.
    /// </summary>
    /// <value>The default is <see langword="false"/>: they are refused.</value>
    public bool AllowSeveralPerInstance { get; init; }
}
