namespace CloudOptimizedDicom;

/// <summary>An instance has no such frame, or no pixels at all.</summary>
public sealed class FrameNotFoundException : CodException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="seriesUri">The series.</param>
    /// <param name="instanceUid">The instance.</param>
    /// <param name="frameNumber">The frame that was asked for, counted from 1.</param>
    /// <param name="frameCount">How many frames the instance has.</param>
    public FrameNotFoundException(string seriesUri, string instanceUid, int frameNumber, int frameCount)
        : base(frameCount == 0
            ? $"Instance {instanceUid} in {seriesUri} has no pixel data, and so no frame {frameNumber}."
            : $"Instance {instanceUid} in {seriesUri} has no frame {frameNumber}; they are numbered 1 to {frameCount}.")
    {
        SeriesUri = seriesUri;
        InstanceUid = instanceUid;
        FrameNumber = frameNumber;
        FrameCount = frameCount;
    }

    /// <summary>The series.</summary>
    public string SeriesUri { get; }

    /// <summary>The instance.</summary>
    public string InstanceUid { get; }

    /// <summary>The frame that was asked for, counted from 1.</summary>
    public int FrameNumber { get; }

    /// <summary>How many frames the instance has; 0 without pixel data.</summary>
    public int FrameCount { get; }
}
