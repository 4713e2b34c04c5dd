namespace CloudOptimizedDicom;

/// <summary>With an instance a series would have more bytes than <see cref="AppendOptions.MaxSeriesBytes"/>.</summary>
public sealed class SeriesTooLargeException : CodException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="uri">The instance.</param>
    /// <param name="sizeBytes">Its bytes.</param>
    /// <param name="seriesBytes">Those of the instances that the series has.</param>
    /// <param name="maxBytes">The limit.</param>
    public SeriesTooLargeException(string uri, long sizeBytes, long seriesBytes, long maxBytes)
        : base($"{uri} has {sizeBytes} bytes and does not fit: the series has {seriesBytes} and may have {maxBytes}.")
    {
        Uri = RedactedUri.Redact(uri);
        SizeBytes = sizeBytes;
        SeriesBytes = seriesBytes;
        MaxBytes = maxBytes;
    }

    /// <summary>The instance.</summary>
    public string Uri { get; }

    /// <summary>Its bytes.</summary>
    public long SizeBytes { get; }

    /// <summary>The bytes of the instances that the series has, those of this append included.</summary>
    public long SeriesBytes { get; }

    /// <summary>How many it may have.</summary>
    public long MaxBytes { get; }
}
