namespace CloudOptimizedDicom.Cli.Commands;

/// <summary>What a command is to work on: a whole datastore, or one series of it.</summary>
/// <param name="Datastore">The datastore.</param>
/// <param name="Series">The series; null for all.</param>
internal sealed record SeriesAddress(string Datastore, SeriesId? Series)
{
    public const string Form = "<datastore>/studies/<study>/series/<series>";

    /// <summary>Reads an address that may be a series or a datastore.</summary>
    public static SeriesAddress Parse(string text) =>
        SeriesId.TryParse(text, out string datastore, out SeriesId? id)
            ? new SeriesAddress(datastore.Length == 0 ? "." : datastore, id)
            : new SeriesAddress(text, null);

    /// <summary>The series that are meant, from a listing where it is a datastore.</summary>
    public async IAsyncEnumerable<SeriesId> ListAsync(
        CodDatastore datastore, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (Series is not null)
        {
            yield return Series;
            yield break;
        }

        await foreach (SeriesListing listing in datastore.ListSeriesAsync(cancellationToken: cancellationToken))
        {
            yield return listing.Id;
        }
    }
}
