using System.Diagnostics.CodeAnalysis;

namespace CloudOptimizedDicom;

/// <summary>Names one series of a datastore: the UIDs that it is stored under, plain or hashed.</summary>
public sealed record SeriesId
{
    private const string Studies = "studies/";
    private const string Series = "/series/";

    /// <summary>Creates the name of a series.</summary>
    /// <param name="studyUid">Study Instance UID.</param>
    /// <param name="seriesUid">Series Instance UID.</param>
    /// <exception cref="ArgumentException">One of them cannot be part of a path (<see cref="DicomUid.IsSafeName"/>).</exception>
    public SeriesId(string studyUid, string seriesUid)
    {
        StudyUid = RequireSafe(studyUid, nameof(studyUid));
        SeriesUid = RequireSafe(seriesUid, nameof(seriesUid));
    }

    /// <summary>Study Instance UID.</summary>
    public string StudyUid { get; }

    /// <summary>Series Instance UID.</summary>
    public string SeriesUid { get; }

    /// <summary>Where the series is below its datastore.</summary>
    public string Path => $"{Studies}{StudyUid}{Series}{SeriesUid}";

    /// <summary>Reads <c>studies/…/series/…</c>, or a whole series URI that ends so.</summary>
    /// <param name="uri">Such as <c>gs://bucket/prefix/studies/1.2/series/1.2.3</c>; <c>.tar</c> or a slash at the end is ignored.</param>
    /// <param name="datastore">What stands before <c>studies/</c>, without the slash between; empty when there is nothing.</param>
    /// <param name="id">The series, when the result is <see langword="true"/>.</param>
    /// <returns>Whether the text names a series.</returns>
    public static bool TryParse([NotNullWhen(true)] string? uri, out string datastore, [NotNullWhen(true)] out SeriesId? id)
    {
        (datastore, id) = ("", null);
        string text = uri?.Replace('\\', '/').TrimEnd('/') ?? "";
        text = text.EndsWith(".tar", StringComparison.Ordinal) ? text[..^4] : text;
        int series = text.LastIndexOf(Series, StringComparison.Ordinal);
        int study = series < 0 ? -1 : text.LastIndexOf(Studies, series, StringComparison.Ordinal);
        if (study < 0 || (study > 0 && text[study - 1] != '/'))
        {
            return false;
        }

        string studyUid = text[(study + Studies.Length)..series];
        string seriesUid = text[(series + Series.Length)..];
        if (!DicomUid.IsSafeName(studyUid) || !DicomUid.IsSafeName(seriesUid))
        {
            return false;
        }

        datastore = study switch
        {
            0 => "",
            1 => "/",
            _ => text[..(study - 1)],
        };
        id = new SeriesId(studyUid, seriesUid);
        return true;
    }

    /// <summary>Where the series is below its datastore.</summary>
    /// <returns><see cref="Path"/>.</returns>
    public override string ToString() => Path;

    private static string RequireSafe(string uid, string name) => DicomUid.IsSafeName(uid)
        ? uid
        : throw new ArgumentException($"\"{uid}\" cannot name a part of a datastore.", name);
}
