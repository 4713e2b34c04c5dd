namespace CloudOptimizedDicom;

/// <summary>
/// The objects of a series do not belong together, as after a writer that died. Nothing was changed; <c>cod repair</c>
/// mends it.
/// </summary>
public sealed class SeriesDamagedException : CodException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="seriesUri">The series.</param>
    /// <param name="reason">What does not fit.</param>
    /// <param name="innerException">The cause, when there is one.</param>
    public SeriesDamagedException(string seriesUri, string reason, Exception? innerException = null)
        : base($"The series {seriesUri} is damaged: {reason}. Run cod repair on it.", innerException)
    {
        SeriesUri = seriesUri;
        Reason = reason;
    }

    /// <summary>The series.</summary>
    public string SeriesUri { get; }

    /// <summary>What does not fit.</summary>
    public string Reason { get; }
}
