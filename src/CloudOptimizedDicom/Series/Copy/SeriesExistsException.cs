namespace CloudOptimizedDicom;

/// <summary>
/// The destination of a copy has another series of the same UIDs, and <see cref="CopyOptions.Overwrite"/> is not set. Nothing
/// was changed.
/// </summary>
public sealed class SeriesExistsException : CodException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="seriesUri">The series that is there.</param>
    /// <param name="instances">Its instances.</param>
    /// <param name="sourceUri">The series that was to be copied.</param>
    /// <param name="sourceInstances">Its instances.</param>
    public SeriesExistsException(string seriesUri, int instances, string sourceUri, int sourceInstances)
        : base($"{seriesUri} with {instances} instances is not the same as {sourceUri} with {sourceInstances}; it is replaced only when that is asked for.")
    {
        SeriesUri = seriesUri;
        Instances = instances;
        SourceUri = sourceUri;
        SourceInstances = sourceInstances;
    }

    /// <summary>The series that is there.</summary>
    public string SeriesUri { get; }

    /// <summary>Its instances.</summary>
    public int Instances { get; }

    /// <summary>The series that was to be copied.</summary>
    public string SourceUri { get; }

    /// <summary>Its instances.</summary>
    public int SourceInstances { get; }
}
