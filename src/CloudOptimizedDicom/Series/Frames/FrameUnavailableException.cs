namespace CloudOptimizedDicom;

/// <summary>The frames of an instance cannot be cut out of it: they are video, damaged, or nothing tells where they begin.</summary>
public sealed class FrameUnavailableException : CodException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="seriesUri">The series.</param>
    /// <param name="instanceUid">The instance.</param>
    /// <param name="reason">Why, with the figures.</param>
    public FrameUnavailableException(string seriesUri, string instanceUid, string reason)
        : base($"Instance {instanceUid} in {seriesUri} does not give out frames: {reason}.")
    {
        SeriesUri = seriesUri;
        InstanceUid = instanceUid;
        Reason = reason;
    }

    /// <summary>The series.</summary>
    public string SeriesUri { get; }

    /// <summary>The instance.</summary>
    public string InstanceUid { get; }

    /// <summary>Why, with the figures.</summary>
    public string Reason { get; }
}
