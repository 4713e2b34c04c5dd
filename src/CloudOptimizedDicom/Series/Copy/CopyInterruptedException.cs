namespace CloudOptimizedDicom;

/// <summary>
/// A copy ended before the metadata was written, after something may have reached the destination. Its lock stays there on
/// purpose, so that nobody builds on what is half there. Remove it with <c>cod unlock --force</c>, which is
/// <see cref="CodDatastore.UnlockSeriesAsync"/>, and copy again.
/// </summary>
public sealed class CopyInterruptedException : CodException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="seriesUri">The series at the destination.</param>
    /// <param name="failedObject">The object at which it ended.</param>
    /// <param name="uploaded">The objects that were written before.</param>
    /// <param name="innerException">The cause.</param>
    public CopyInterruptedException(string seriesUri, string failedObject, IReadOnlyList<string> uploaded, Exception innerException)
        : base(
            $"The copy to {seriesUri} was broken off at {failedObject} ({innerException.Message.TrimEnd('.')}); written before: "
            + $"{(uploaded.Count == 0 ? "nothing" : string.Join(", ", uploaded))}. "
            + "Its lock stays; remove it with cod unlock --force, then copy again.",
            innerException)
    {
        SeriesUri = seriesUri;
        FailedObject = failedObject;
        Uploaded = uploaded;
    }

    /// <summary>The series at the destination.</summary>
    public string SeriesUri { get; }

    /// <summary>The object at which it ended; it may have arrived.</summary>
    public string FailedObject { get; }

    /// <summary>The objects that were written before.</summary>
    public IReadOnlyList<string> Uploaded { get; }
}
