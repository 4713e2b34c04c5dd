using CloudOptimizedDicom.Diagnostics;
using CloudOptimizedDicom.Storage.Local;

namespace CloudOptimizedDicom;

public sealed partial class CodObject
{
    private readonly List<LocalOrigin> _origins = [];

    /// <summary>
    /// Deletes the files whose bytes are in the store now. What became of them since they were read, a removal among that,
    /// shows in the metadata that was committed last.
    /// </summary>
    /// <param name="hasCommittedArchive">
    /// Whether this sync has brought the archive, which was built on what was checked against the metadata. Else the metadata
    /// alone says that the bytes are stored, and it is looked at whether that is true.
    /// </param>
    /// <param name="cancellationToken">Ends the looking early; the files stay then.</param>
    private async Task DeleteLocalOriginsAsync(bool hasCommittedArchive, CancellationToken cancellationToken)
    {
        ILookup<bool, LocalOrigin> byStored = _origins.ToLookup(IsRecorded);
        _origins.Clear();
        foreach (LocalOrigin origin in byStored[false])
        {
            _datastore.Meter.DeletedOrigins.Add(1, TelemetryTag.Outcome, "kept");
            _datastore.Logger.OriginKept(origin.Path, "its bytes are not in the store");
        }

        LocalOrigin[] recorded = [.. byStored[true]];
        if (recorded.Length > 0 && !hasCommittedArchive && await FindDoubtAsync(cancellationToken).ConfigureAwait(false) is { } doubt)
        {
            _datastore.Meter.DeletedOrigins.Add(recorded.Length, TelemetryTag.Outcome, "kept");
            _datastore.Logger.OriginsUnproven(Uri, recorded.Length, doubt);
            return;
        }

        StoreFiles? storeFiles = recorded.Length > 0 ? FindStoreFiles() : null;
        foreach (LocalOrigin origin in recorded)
        {
            if (await origin.TryDeleteAsync(storeFiles!, cancellationToken).ConfigureAwait(false) is { } reason)
            {
                _datastore.Meter.DeletedOrigins.Add(1, TelemetryTag.Outcome, "kept");
                _datastore.Logger.OriginKept(origin.Path, reason);
            }
            else
            {
                _datastore.Meter.DeletedOrigins.Add(1, TelemetryTag.Outcome, "deleted");
                _datastore.Meter.DeletedBytes.Add(origin.SizeBytes);
            }
        }
    }

    private bool IsRecorded(LocalOrigin origin) => _stored is { } stored
        && stored.Metadata.TryGetInstance(origin.StoredUid!, out InstanceRecord? record)
        && record.SizeBytes == origin.SizeBytes && record.Crc32c == origin.Crc32c;

    /// <summary>Why the store may not have what the metadata says; null when it has. Nothing of this fails the sync, which is done.</summary>
    private async Task<string?> FindDoubtAsync(CancellationToken cancellationToken)
    {
        try
        {
            IntegrityReport integrity = await _datastore.VerifyAsync(_names, Own(new VerifyOptions()), cancellationToken).ConfigureAwait(false);
            if (integrity.Findings.FirstOrDefault(finding => finding.IsDamage) is { } damage)
            {
                return $"{damage.Kind}: {damage.Message}";
            }

            // In this order: as long as the lock is held, nobody changes what was verified.
            return !ReferenceEquals(await StoredSeries.ReadAsync(_store, _names, _stored, _datastore.Options.Decompression, cancellationToken).ConfigureAwait(false), _stored)
                ? "somebody else has changed the series"
                : await _lock!.IsHeldAsync(cancellationToken).ConfigureAwait(false) ? null : "the lock was removed or taken over by somebody else";
        }
        catch (Exception error) when (error is CodException or IOException or UnauthorizedAccessException or OperationCanceledException)
        {
            return error.Message;
        }
    }
}
