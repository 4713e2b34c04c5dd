using CloudOptimizedDicom.Storage;

namespace CloudOptimizedDicom;

/// <summary>The archive of a series on its way here, in one request.</summary>
/// <param name="Records">The instances wanted, in the order of the archive.</param>
/// <param name="Series">The metadata that belongs to the archive.</param>
/// <param name="Archive">The archive, to take them out of.</param>
/// <param name="Content">The request.</param>
internal sealed record ForwardSeries(
    IReadOnlyList<InstanceRecord> Records, StoredSeries Series, ForwardArchive Archive, ObjectContent? Content) : IAsyncDisposable
{
    /// <summary>Asks whether somebody is changing the series; null where the archive is known to be that of the metadata.</summary>
    public Func<CancellationToken, Task<bool>>? IsChanging { get; init; }

    /// <summary>Copies the next instance and checks it.</summary>
    /// <exception cref="TarValidationException">The archive does not hold it.</exception>
    /// <exception cref="SeriesChangedException">The archive is another one, since somebody is changing the series.</exception>
    public async Task CopyInstanceAsync(InstanceRecord record, Stream destination, CancellationToken cancellationToken)
    {
        try
        {
            await Archive.CopyInstanceAsync(record, destination, cancellationToken).ConfigureAwait(false);
        }
        catch (TarValidationException error) when (IsChanging is not null)
        {
            if (await IsChanging(cancellationToken).ConfigureAwait(false))
            {
                throw new SeriesChangedException(error.ArchiveUri, attempts: 1);
            }

            throw;
        }
    }

    public ValueTask DisposeAsync() => Content?.DisposeAsync() ?? ValueTask.CompletedTask;
}
