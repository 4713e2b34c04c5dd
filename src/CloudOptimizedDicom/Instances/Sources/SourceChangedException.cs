namespace CloudOptimizedDicom;

/// <summary>
/// An instance changed while it was read, so that what was read may be a mix of old and new bytes. Nothing of it is kept.
/// </summary>
public sealed class SourceChangedException : CodException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="uri">Where the bytes come from.</param>
    /// <param name="expectedBytes">The length at the beginning.</param>
    /// <param name="actualBytes">The length at the end.</param>
    public SourceChangedException(string uri, long expectedBytes, long actualBytes)
        : this(uri, expectedBytes, actualBytes, $"{actualBytes} bytes instead of {expectedBytes}")
    {
    }

    /// <summary>Creates the exception.</summary>
    /// <param name="uri">Where the bytes come from.</param>
    /// <param name="expectedBytes">The length at the beginning.</param>
    /// <param name="actualBytes">How many bytes were read.</param>
    /// <param name="change">What has changed.</param>
    public SourceChangedException(string uri, long expectedBytes, long actualBytes, string change)
        : base($"{uri} changed while it was read: {change}. Read it again once nobody writes to it.")
    {
        Uri = RedactedUri.Redact(uri);
        ExpectedBytes = expectedBytes;
        ActualBytes = actualBytes;
    }

    /// <summary>Where the bytes come from.</summary>
    public string Uri { get; }

    /// <summary>The length at the beginning.</summary>
    public long ExpectedBytes { get; }

    /// <summary>How many bytes were read; as many as expected where only content or times changed.</summary>
    public long ActualBytes { get; }

    /// <summary>Always: it may be at rest later.</summary>
    public override bool IsTransient => true;
}
