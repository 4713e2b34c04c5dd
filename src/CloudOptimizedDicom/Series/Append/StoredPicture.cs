namespace CloudOptimizedDicom;

/// <summary>What Python has stored of an instance that is given again, as JPEG 2000 and under another UID.</summary>
/// <param name="Record">Its record.</param>
/// <param name="IsSamePath">Whether it came from the path of that instance; else from a file of that name elsewhere.</param>
internal sealed record StoredPicture(InstanceRecord Record, bool IsSamePath)
{
    public InstanceWarning ToWarning(Instance instance) => new(
        instance,
        InstanceWarningKind.StoredUnderOtherUid,
        $"the series has this picture already, as JPEG 2000 under {Record.Uid}, "
            + (IsSamePath ? "from the same path; with --same-by-path it is not stored again" : $"from {Record.OriginalPath}"));
}
