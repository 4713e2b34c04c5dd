using CloudOptimizedDicom.Diagnostics;
using CloudOptimizedDicom.Locking;
using CloudOptimizedDicom.Metadata;
using CloudOptimizedDicom.Storage;

namespace CloudOptimizedDicom;

/// <summary>
/// One repair of a series: reads everything under the lock, plans, and writes in the order of every commit, so that a repair
/// that is cut off can be repaired as well. Used once.
/// </summary>
internal sealed class SeriesRepair(CodDatastore datastore, SeriesNames names, RepairOptions options)
{
    private readonly IObjectStore _store = datastore.Store;
    private readonly SeriesLock _lock = new(datastore.Store, names.Lock, datastore.Meter);
    private bool _hasTouchedStore;

    private string SeriesUri => $"{_store.RootUri}/{names.Folder}";

    public Task<RepairReport> RunAsync(CancellationToken cancellationToken) =>
        CodActivitySource.TraceAsync(CodActivitySource.Repair, SeriesUri, async activity =>
        {
            RepairReport report = await RepairAsync(cancellationToken).ConfigureAwait(false);
            activity?.SetTag(TelemetryTag.Count, report.Actions.Count);
            foreach (RepairAction action in report.HasWritten ? report.Actions : [])
            {
                datastore.Meter.RepairActions.Add(1, TelemetryTag.Kind, action.Kind.ToString());
            }

            return report;
        });

    private async Task<RepairReport> RepairAsync(CancellationToken cancellationToken)
    {
        LockHolder? found = await _lock.ReadHolderAsync(cancellationToken).ConfigureAwait(false);
        if (found is not null && !options.TakeOverLock)
        {
            throw _lock.Refuse(found);
        }

        ReadOnlyMemory<byte>? kept = null;
        if (found is not null)
        {
            kept = await _lock.ReadContentAsync(found.Generation, cancellationToken).ConfigureAwait(false)
                ?? throw _lock.Refuse(await _lock.ReadHolderAsync(cancellationToken).ConfigureAwait(false));
        }

        if (found?.Operation == LockOperation.Delete)
        {
            return await FinishDeleteAsync(found, kept!.Value, cancellationToken).ConfigureAwait(false);
        }

        if (found is null || options.DryRun)
        {
            // Most series are sound, and nobody is to wait for their lock while they are read.
            RepairReport planned = await RepairAsync(found, kept, handle: null, cancellationToken).ConfigureAwait(false);
            if (options.DryRun || (planned.Actions.Count == 0 && !planned.IsRefused))
            {
                return planned;
            }
        }

        SeriesLockHandle handle = found is null
            ? await _lock.AcquireAsync(
                LockOperation.Repair, await StoredSeries.ReadBackupAsync(_store, names, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false)
            : await TakeOverAsync(found, kept!.Value, cancellationToken).ConfigureAwait(false);
        RepairReport report;
        try
        {
            report = await RepairAsync(found, kept, handle, cancellationToken).ConfigureAwait(false);
        }
        catch when (found is null && !_hasTouchedStore)
        {
            await CodObject.ReleaseAsync(datastore, handle, SeriesUri).ConfigureAwait(false);
            throw;
        }
        catch
        {
            datastore.LeaveLock(SeriesUri);
            throw;
        }

        if (found is null || !report.IsRefused)
        {
            await CodObject.ReleaseAsync(datastore, handle, SeriesUri).ConfigureAwait(false);
        }

        return report;
    }

    /// <summary>What a dead holder had begun stays known, should this repair die as well.</summary>
    private async Task<SeriesLockHandle> TakeOverAsync(LockHolder found, ReadOnlyMemory<byte> kept, CancellationToken cancellationToken)
    {
        string operation = found.Operation is LockOperation.Delete or LockOperation.Write or LockOperation.Copy ? found.Operation : LockOperation.Repair;
        SeriesLockHandle handle = await _lock.TryReplaceAsync(found.Generation, operation, kept, cancellationToken).ConfigureAwait(false)
            ?? throw _lock.Refuse(await _lock.ReadHolderAsync(cancellationToken).ConfigureAwait(false));
        datastore.Meter.LockEvents.Add(1, TelemetryTag.Event, LockEvent.Overridden);
        return handle;
    }

    private async Task<RepairReport> RepairAsync(
        LockHolder? found, ReadOnlyMemory<byte>? kept, SeriesLockHandle? handle, CancellationToken cancellationToken)
    {
        StoredObjects objects = await StoredObjects.ReadAsync(_store, names, datastore.Options, cancellationToken).ConfigureAwait(false);
        await using (objects.ConfigureAwait(false))
        {
            objects.Lock = found;
            if (!objects.Exists)
            {
                throw new CodObjectNotFoundException(SeriesUri);
            }

            IntegrityReport before = await new IntegrityCheck(objects, names, _store.RootUri, new VerifyOptions()).RunAsync(cancellationToken).ConfigureAwait(false);
            SeriesMetadata? backup = kept is { } bytes ? StoredObjects.TryParse(bytes, names.Id, _lock.Uri, datastore.Options.Decompression).Metadata : null;

            // Before the lock is held it only matters whether there is anything to do, and then originals would be read twice.
            var originals = new OriginalSearch(handle is not null || options.DryRun ? options.Originals : [], datastore.Sources);
            RepairPlan plan = await new RepairPlanner(objects, names, _store.RootUri, backup, originals, options.Normalize, datastore.Options).CreateAsync(cancellationToken).ConfigureAwait(false);
            await using (plan.ConfigureAwait(false))
            {
                bool isLossUnknown = objects.MetadataFault is not null && backup is null;
                bool isRefused = (plan.LostInstances.Count > 0 || isLossUnknown) && !options.ForgetLost;
                bool writes = plan.HasWrites && !isRefused && handle is not null;
                if (writes)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    await CommitAsync(plan, objects, handle!).ConfigureAwait(false);
                }

                return ToReport(before, plan.Actions, plan.LostInstances, isRefused, writes);
            }
        }
    }

    private RepairReport ToReport(
        IntegrityReport before, IReadOnlyList<RepairAction> actions, IReadOnlyList<string> lost, bool isRefused, bool hasWritten) => new()
        {
            SeriesUri = SeriesUri,
            Before = before,
            Actions = before.Lock is { } holder ? [.. actions, new RepairAction(RepairActionKind.RemoveLock, _lock.Uri, $"held by {holder}")] : actions,
            LostInstances = lost,
            IsRefused = isRefused,
            HasWritten = hasWritten,
        };

    /// <summary>The lock says it all: whatever else there is has to go, and is not read before.</summary>
    private async Task<RepairReport> FinishDeleteAsync(LockHolder found, ReadOnlyMemory<byte> kept, CancellationToken cancellationToken)
    {
        var objects = new StoredObjects { Lock = found };
        IntegrityReport before = await new IntegrityCheck(objects, names, _store.RootUri, new VerifyOptions()).RunAsync(cancellationToken).ConfigureAwait(false);
        RepairReport report = ToReport(
            before, [new RepairAction(RepairActionKind.FinishDelete, SeriesUri, "its deletion was begun")], lost: [], isRefused: false, hasWritten: false);
        if (options.DryRun)
        {
            return report;
        }

        SeriesLockHandle handle = await TakeOverAsync(found, kept, cancellationToken).ConfigureAwait(false);
        var deletion = new SeriesDeletion(_store, names, handle);
        await deletion.FinishAsync(cancellationToken).ConfigureAwait(false);
        await CodObject.ReleaseAsync(datastore, handle, SeriesUri).ConfigureAwait(false);
        return report with { HasWritten = deletion.HasTouchedStore };
    }

    private async Task CommitAsync(RepairPlan plan, StoredObjects objects, SeriesLockHandle handle)
    {
        SeriesMetadata metadata = plan.NewMetadata!;
        using var timeout = new CancellationTokenSource(datastore.Options.CommitTimeout, datastore.Options.TimeProvider);
        var empty = new SeriesMetadata(names.Id, metadata.UsesHashedUids, metadata.Version);
        ReadOnlyMemory<byte> same = objects.MetadataBytes ?? StoredSeries.ToBytes(empty, _store, names);
        StoredSeries? stored = objects.MetadataInfo is { } info ? new StoredSeries(objects.Metadata ?? empty, info, same) : null;
        var commit = new SeriesCommit(_store, names, handle, stored, empty);
        try
        {
            if (objects.MetadataFault is not null || objects.IsMetadataDamaged)
            {
                await KeepDamagedMetadataAsync(objects.MetadataInfo!, handle, timeout.Token).ConfigureAwait(false);
            }

            await CommitArchiveAsync(commit, plan, objects, metadata, timeout.Token).ConfigureAwait(false);
            ObjectUpload upload = StoredSeries.ToUpload(StoredSeries.ToBytes(metadata, _store, names));
            await commit.UploadMetadataAsync(upload, timeout.Token).ConfigureAwait(false);
        }
        finally
        {
            _hasTouchedStore = commit.HasTouchedStore;
        }
    }

    /// <summary>Copies what cannot be read, which may be more than fits into memory, and may still tell somebody what was in it.</summary>
    private async Task KeepDamagedMetadataAsync(ObjectInfo info, SeriesLockHandle handle, CancellationToken cancellationToken)
    {
        LockLostException ToLost() => new(handle.Uri, $"somebody else has written {_store.RootUri}/{names.Metadata}");
        var asItIs = new ObjectReadOptions { VerifyChecksum = false };
        ObjectContent content = await _store.OpenReadAsync(names.Metadata, asItIs, cancellationToken).ConfigureAwait(false) ?? throw ToLost();
        await using (content.ConfigureAwait(false))
        {
            if (content.Info.Generation != info.Generation)
            {
                throw ToLost();
            }

            ArchiveFile copy = await ArchiveFile.DownloadAsync(datastore.Options.ScratchDirectory, content, cancellationToken).ConfigureAwait(false);
            await using (copy.ConfigureAwait(false))
            {
                await _store.UploadAsync(names.DamagedMetadata, copy.ToUpload(), ObjectPrecondition.None, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async Task CommitArchiveAsync(
        SeriesCommit commit, RepairPlan plan, StoredObjects objects, SeriesMetadata metadata, CancellationToken cancellationToken)
    {
        if (plan.NewArchive is { } archive)
        {
            ObjectUpload upload = SeriesCommit.ToArchiveUpload(archive.ToUpload(), datastore.Options);
            metadata.Tar = await commit.UploadArchiveAsync(upload, objects.ArchiveStanding.Fence, OnOtherGeneration.Fail, cancellationToken).ConfigureAwait(false);
        }
        else if (objects.Archive is { } old)
        {
            metadata.Tar = new ObjectIdentity(objects.ArchiveInfo!.Generation, old.SizeBytes, old.Crc32c);
        }

        if (plan.NewIndex is { } index)
        {
            metadata.Index = await commit.UploadIndexAsync(
                SeriesCommit.ToIndexUpload(index), objects.IndexInfo?.Generation ?? 0, cancellationToken).ConfigureAwait(false);
        }
        else if ((plan.NewArchive is not null || objects.Archive is not null) && objects.Index is { } current)
        {
            metadata.Index = new ObjectIdentity(objects.IndexInfo!.Generation, current.Length, Crc32c.Compute(current));
        }
    }
}
