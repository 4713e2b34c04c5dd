namespace CloudOptimizedDicom;

/// <summary>An earlier run left an error.log beside the series, which says that the series is not to be used as it is.</summary>
public sealed class ErrorLogExistsException : CodException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="errorLogUri">The log.</param>
    public ErrorLogExistsException(string errorLogUri)
        : base($"There is an error log {errorLogUri}; read it, then open the series with {nameof(OpenSeriesOptions)}.{nameof(OpenSeriesOptions.OverrideErrors)}.") =>
        ErrorLogUri = errorLogUri;

    /// <summary>The log.</summary>
    public string ErrorLogUri { get; }
}
