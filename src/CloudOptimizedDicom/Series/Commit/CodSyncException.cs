namespace CloudOptimizedDicom;

/// <summary>
/// A sync ended before the metadata was written, after something may have reached the store. The lock stays on purpose, so
/// that nobody builds on what is half there; <see cref="CodObject.SyncAsync"/> may be called again and goes on.
/// </summary>
public sealed class CodSyncException : CodException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="seriesUri">The series.</param>
    /// <param name="failedObject">The object whose upload failed.</param>
    /// <param name="uploaded">The objects that were uploaded before.</param>
    /// <param name="innerException">The cause.</param>
    public CodSyncException(string seriesUri, string failedObject, IReadOnlyList<string> uploaded, Exception innerException)
        : base(
            $"The sync of {seriesUri} failed at {failedObject} ({innerException.Message.TrimEnd('.')}); written before: "
            + $"{(uploaded.Count == 0 ? "nothing" : string.Join(", ", uploaded))}. "
            + "Readers still see the series as it was; a lock of ours stays until the sync is repeated or cod repair is run.",
            innerException)
    {
        SeriesUri = seriesUri;
        FailedObject = failedObject;
        Uploaded = uploaded;
    }

    /// <summary>The series.</summary>
    public string SeriesUri { get; }

    /// <summary>The object whose upload failed; it may have arrived.</summary>
    public string FailedObject { get; }

    /// <summary>The objects that were uploaded before.</summary>
    public IReadOnlyList<string> Uploaded { get; }

    /// <summary>Whether the same sync, called again, may succeed.</summary>
    public override bool IsTransient => InnerException is CodException { IsTransient: true };
}
