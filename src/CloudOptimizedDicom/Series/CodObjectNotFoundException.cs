namespace CloudOptimizedDicom;

/// <summary>There is no such series in the datastore.</summary>
public sealed class CodObjectNotFoundException : CodException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="seriesUri">The series.</param>
    public CodObjectNotFoundException(string seriesUri)
        : base($"There is no series {seriesUri}.") => SeriesUri = seriesUri;

    /// <summary>The series.</summary>
    public string SeriesUri { get; }
}
