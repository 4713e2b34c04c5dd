namespace CloudOptimizedDicom;

/// <summary>A series that was opened for reading was asked to change.</summary>
public sealed class WriteOperationInReadModeException : CodException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="seriesUri">The series.</param>
    /// <param name="operation">What was asked.</param>
    public WriteOperationInReadModeException(string seriesUri, string operation)
        : base($"{operation} needs the series {seriesUri} to be opened for writing or appending; it was opened for reading.")
    {
        SeriesUri = seriesUri;
        Operation = operation;
    }

    /// <summary>The series.</summary>
    public string SeriesUri { get; }

    /// <summary>What was asked.</summary>
    public string Operation { get; }
}
