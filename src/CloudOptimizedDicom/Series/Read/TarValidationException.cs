namespace CloudOptimizedDicom;

/// <summary>The archive of a series does not hold what its metadata says.</summary>
public abstract class TarValidationException : CodException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="archiveUri">The archive.</param>
    /// <param name="instanceUid">The instance that is concerned.</param>
    /// <param name="message">What does not fit.</param>
    protected TarValidationException(string archiveUri, string instanceUid, string message)
        : base(message)
    {
        ArchiveUri = archiveUri;
        InstanceUid = instanceUid;
    }

    /// <summary>The archive.</summary>
    public string ArchiveUri { get; }

    /// <summary>The instance that is concerned, by the UID that it is stored under.</summary>
    public string InstanceUid { get; }
}
