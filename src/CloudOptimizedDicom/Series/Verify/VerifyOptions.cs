namespace CloudOptimizedDicom;

/// <summary>How a series is verified.</summary>
public sealed record VerifyOptions
{
    /// <summary>
    /// Whether each instance is parsed and compared with its record: UIDs, tags, presence of pixels and frames. It takes
    /// processor time, no requests.
    /// </summary>
    /// <value>The default is <see langword="false"/>: bytes are compared by their checksums.</value>
    public bool Deep { get; init; }
}
