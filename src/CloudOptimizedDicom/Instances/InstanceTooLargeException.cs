namespace CloudOptimizedDicom;

/// <summary>An instance has more bytes than the append allows.</summary>
public sealed class InstanceTooLargeException : CodException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="uri">The instance.</param>
    /// <param name="sizeBytes">Its bytes, or as many as came before the limit.</param>
    /// <param name="maxBytes">The limit.</param>
    public InstanceTooLargeException(string uri, long sizeBytes, long maxBytes)
        : base($"{uri} has {sizeBytes} bytes; an instance may have {maxBytes}.")
    {
        Uri = RedactedUri.Redact(uri);
        SizeBytes = sizeBytes;
        MaxBytes = maxBytes;
    }

    /// <summary>The instance.</summary>
    public string Uri { get; }

    /// <summary>Its bytes, by its hints or its source; of a source that does not tell, as many as came before the limit.</summary>
    public long SizeBytes { get; }

    /// <summary>How many it may have.</summary>
    public long MaxBytes { get; }
}
