namespace CloudOptimizedDicom;

/// <summary>The bytes of an instance could not be read where they are.</summary>
public sealed class SourceReadException : CodException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="uri">Where the bytes are.</param>
    /// <param name="innerException">Why they could not be read.</param>
    public SourceReadException(string uri, Exception innerException)
        : base($"{uri} could not be read: {innerException?.Message}", innerException) => Uri = RedactedUri.Redact(uri);

    /// <summary>Where the bytes are.</summary>
    public string Uri { get; }
}
