namespace CloudOptimizedDicom;

/// <summary>An instance belongs to another series than the one it was given to.</summary>
public sealed class SeriesMismatchException : CodException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="uri">The instance.</param>
    /// <param name="expected">The series it was given to.</param>
    /// <param name="studyUid">The study it belongs to, as it would be stored.</param>
    /// <param name="seriesUid">The series it belongs to, as it would be stored.</param>
    public SeriesMismatchException(string uri, SeriesId expected, string studyUid, string seriesUid)
        : base($"{uri} belongs to study {studyUid}, series {seriesUid}, not to {expected}.")
    {
        Uri = RedactedUri.Redact(uri);
        Expected = expected;
        StudyUid = studyUid;
        SeriesUid = seriesUid;
    }

    /// <summary>The instance.</summary>
    public string Uri { get; }

    /// <summary>The series it was given to.</summary>
    public SeriesId Expected { get; }

    /// <summary>The study it belongs to, as it would be stored.</summary>
    public string StudyUid { get; }

    /// <summary>The series it belongs to, as it would be stored.</summary>
    public string SeriesUid { get; }
}
