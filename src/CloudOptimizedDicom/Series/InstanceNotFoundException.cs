namespace CloudOptimizedDicom;

/// <summary>A series has no such instance.</summary>
public sealed class InstanceNotFoundException : CodException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="seriesUri">The series.</param>
    /// <param name="instanceUid">The UID that was asked for.</param>
    public InstanceNotFoundException(string seriesUri, string instanceUid)
        : base($"The series {seriesUri} has no instance {instanceUid}.")
    {
        SeriesUri = seriesUri;
        InstanceUid = instanceUid;
    }

    /// <summary>The series.</summary>
    public string SeriesUri { get; }

    /// <summary>The UID that was asked for.</summary>
    public string InstanceUid { get; }
}
