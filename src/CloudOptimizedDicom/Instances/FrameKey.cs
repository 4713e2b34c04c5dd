namespace CloudOptimizedDicom;

/// <summary>Names one frame of a series.</summary>
/// <param name="InstanceUid">The UID that the instance is stored under.</param>
/// <param name="FrameNumber">The frame, counted from 1 as DICOM counts frames (PS3.3 section C.7.6.6).</param>
public readonly record struct FrameKey(string InstanceUid, int FrameNumber)
{
    /// <summary>The instance and the frame.</summary>
    /// <returns>Such as <c>1.2.3#41</c>.</returns>
    public override string ToString() => $"{InstanceUid}#{FrameNumber}";
}
