namespace CloudOptimizedDicom;

/// <summary>How <see cref="CodDatastore.IngestAsync"/> stores instances.</summary>
public sealed record IngestOptions
{
    /// <summary>
    /// <see cref="CodMode.Append"/> adds to what a series has, <see cref="CodMode.Write"/> replaces it. A series that has
    /// instances is not replaced when one that was given could not be read, since it may be what the series has. One whose
    /// hints name another series than its header does is not seen to be of this one.
    /// </summary>
    /// <value>The default is <see cref="CodMode.Append"/>.</value>
    public CodMode Mode { get; init; } = CodMode.Append;

    /// <summary>How many series are worked on at once, 1 or more.</summary>
    /// <value>The default is the number of processors.</value>
    /// <exception cref="ArgumentOutOfRangeException">It is not positive.</exception>
    public int MaxParallelism
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(value);
            field = value;
        }
    } = Environment.ProcessorCount;

    /// <summary>
    /// How many instances wait for others of their series, 1 or more (<see cref="SeriesGrouper.MaxWaiting"/>). A write waits
    /// for all, since a series in two groups would replace itself.
    /// </summary>
    /// <value>The default is a million.</value>
    /// <exception cref="ArgumentOutOfRangeException">It is not positive.</exception>
    public int MaxWaiting
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(value);
            field = value;
        }
    } = 1_000_000;

    /// <summary>How series are opened.</summary>
    /// <value>The default waits for no lock.</value>
    public OpenSeriesOptions OpenSeries { get; init; } = new();

    /// <summary>How instances are appended. Its <see cref="AppendOptions.Progress"/> is told of all series together.</summary>
    /// <value>The default is that of <see cref="AppendOptions"/>.</value>
    public AppendOptions Append { get; init; } = new();

    /// <summary>
    /// Says of something whose series cannot be told that it is no instance and was never meant to be stored, such as a note
    /// beside the files. It is not reported then, and is no obstacle to replacing a series. Calls come one after the other.
    /// </summary>
    /// <value>The default is <see langword="null"/>: all of them are reported.</value>
    public Func<AppendError, bool>? IsForeign { get; init; }
}
