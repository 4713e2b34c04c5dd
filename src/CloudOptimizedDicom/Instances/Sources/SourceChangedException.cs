namespace CloudOptimizedDicom;

/// <summary>The bytes of an instance changed while they were read.</summary>
public sealed class SourceChangedException : CodException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="uri">Where the bytes come from.</param>
    /// <param name="expectedBytes">The length at the beginning.</param>
    /// <param name="actualBytes">The length at the end.</param>
    public SourceChangedException(string uri, long expectedBytes, long actualBytes)
        : base($"{uri} changed while it was read: {actualBytes} bytes instead of {expectedBytes}.")
    {
        Uri = uri;
        ExpectedBytes = expectedBytes;
        ActualBytes = actualBytes;
    }

    /// <summary>Where the bytes come from.</summary>
    public string Uri { get; }

    /// <summary>The length at the beginning.</summary>
    public long ExpectedBytes { get; }

    /// <summary>The length at the end.</summary>
    public long ActualBytes { get; }

    /// <summary>Always: it may be at rest later.</summary>
    public override bool IsTransient => true;
}
