namespace CloudOptimizedDicom;

/// <summary>How <see cref="CodDatastore.IngestAsync"/> stores instances.</summary>
public sealed record IngestOptions
{
    /// <summary>
    /// <see cref="CodMode.Append"/> adds to what a series has, <see cref="CodMode.Write"/> replaces it. A series that has
    /// instances is not replaced when one that was given could not be read, since it may be what the series has.
    /// </summary>
    /// <value>The default is <see cref="CodMode.Append"/>.</value>
    public CodMode Mode { get; init; } = CodMode.Append;

    /// <summary>How many series are worked on at once, 1 or more.</summary>
    /// <value>The default is the number of processors.</value>
    public int MaxParallelism { get; init; } = Environment.ProcessorCount;

    /// <summary>
    /// How many instances wait for others of their series, 1 or more (<see cref="SeriesGrouper.MaxWaiting"/>). A write waits
    /// for all, since a series in two groups would replace itself.
    /// </summary>
    /// <value>The default is a million.</value>
    public int MaxWaiting { get; init; } = 1_000_000;

    /// <summary>How series are opened.</summary>
    /// <value>The default waits for no lock.</value>
    public OpenSeriesOptions OpenSeries { get; init; } = new();

    /// <summary>How instances are appended. Its <see cref="AppendOptions.Progress"/> is told of all series together.</summary>
    /// <value>The default is that of <see cref="AppendOptions"/>.</value>
    public AppendOptions Append { get; init; } = new();
}
