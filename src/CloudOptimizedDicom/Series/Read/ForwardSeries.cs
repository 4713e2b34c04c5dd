using CloudOptimizedDicom.Diagnostics;
using CloudOptimizedDicom.Storage;

namespace CloudOptimizedDicom;

/// <summary>The archive of a series on its way here, in one request.</summary>
/// <param name="Records">The instances wanted, in the order of the archive.</param>
/// <param name="Series">The metadata that belongs to the archive.</param>
/// <param name="Archive">The archive, to take them out of.</param>
/// <param name="Content">The request.</param>
/// <param name="Meter">Counts what is read.</param>
internal sealed record ForwardSeries(
    IReadOnlyList<InstanceRecord> Records, StoredSeries Series, ForwardArchive Archive, ObjectContent? Content, CodMeter Meter) : IAsyncDisposable
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
            Meter.ReadInstances.Add(1);
            Meter.ReadBytes.Add(record.SizeBytes);
        }
        catch (TarValidationException error)
        {
            if (IsChanging is not null && await IsChanging(cancellationToken).ConfigureAwait(false))
            {
                throw new SeriesChangedException(error.ArchiveUri, attempts: 1);
            }

            Meter.ReadFaults.Add(1, TelemetryTag.Kind, error is HashMismatchException ? "mismatch" : "missing");
            throw;
        }
    }

    public ValueTask DisposeAsync() => Content?.DisposeAsync() ?? ValueTask.CompletedTask;
}
