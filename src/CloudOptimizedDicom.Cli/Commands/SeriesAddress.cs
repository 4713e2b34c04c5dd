using System.Runtime.CompilerServices;

namespace CloudOptimizedDicom.Cli.Commands;

/// <summary>What a command is to work on: a whole datastore, or one study or series of it.</summary>
/// <param name="Datastore">The datastore.</param>
/// <param name="StudyUid">The study; null for all.</param>
/// <param name="Series">The series; null for all.</param>
internal sealed record SeriesAddress(string Datastore, string? StudyUid, SeriesId? Series)
{
    public const string Form = "<datastore>/studies/<study>/series/<series>";

    private const string Studies = "studies/";

    /// <summary>Reads an address that may be a series, a study or a datastore.</summary>
    public static SeriesAddress Parse(string text)
    {
        if (SeriesId.TryParse(text, out string datastore, out SeriesId? id))
        {
            return new SeriesAddress(OrHere(datastore), id.StudyUid, id);
        }

        string path = text.Replace('\\', '/').TrimEnd('/');
        int study = path.LastIndexOf(Studies, StringComparison.Ordinal);
        return (study == 0 || (study > 0 && path[study - 1] == '/')) && DicomUid.IsSafeName(path[(study + Studies.Length)..])
            ? new SeriesAddress(study == 1 ? "/" : OrHere(path[..study].TrimEnd('/')), path[(study + Studies.Length)..], null)
            : new SeriesAddress(text, null, null);
    }

    /// <summary>The series that are meant, from a listing where it is not just one.</summary>
    /// <param name="datastore">The opened datastore.</param>
    /// <param name="isWanted">Which of the listed ones.</param>
    /// <param name="cancellationToken">Ends the listing early.</param>
    public async IAsyncEnumerable<SeriesId> ListAsync(
        CodDatastore datastore, Func<SeriesListing, bool> isWanted, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (Series is not null)
        {
            yield return Series;
            yield break;
        }

        await foreach (SeriesListing listing in datastore.ListSeriesAsync(StudyUid, cancellationToken))
        {
            if (isWanted(listing))
            {
                yield return listing.Id;
            }
        }
    }

    private static string OrHere(string datastore) => datastore.Length == 0 ? "." : datastore;
}
