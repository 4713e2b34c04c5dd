namespace CloudOptimizedDicom;

public sealed partial class CodDatastore
{
    /// <summary>
    /// Opens a series, lets <paramref name="update"/> work on it and syncs what it did. When it throws, nothing is synced,
    /// the lock is released and the exception goes on.
    /// </summary>
    /// <param name="studyUid">Study Instance UID.</param>
    /// <param name="seriesUid">Series Instance UID.</param>
    /// <param name="mode"><see cref="CodMode.Write"/> or <see cref="CodMode.Append"/>.</param>
    /// <param name="update">What to do.</param>
    /// <param name="options">How; <see langword="null"/> for the defaults.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <returns>When synced and released.</returns>
    /// <inheritdoc cref="OpenSeriesAsync"/>
    public async Task UpdateSeriesAsync(
        string studyUid,
        string seriesUid,
        CodMode mode,
        Func<CodObject, Task> update,
        OpenSeriesOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(update);
        if (mode == CodMode.Read)
        {
            throw new ArgumentException("A series is updated by write or append.", nameof(mode));
        }

        CodObject series = await OpenSeriesAsync(studyUid, seriesUid, mode, options, cancellationToken).ConfigureAwait(false);
        await using (series.ConfigureAwait(false))
        {
            await update(series).ConfigureAwait(false);
            await series.SyncAsync(cancellationToken: cancellationToken).ConfigureAwait(false);
        }
    }
}
