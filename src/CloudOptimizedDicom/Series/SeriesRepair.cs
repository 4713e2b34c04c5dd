using CloudOptimizedDicom.Compression;
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
    private readonly SeriesLock _lock = new(datastore.Store, names.Lock);
    private bool _hasTouchedStore;

    private string SeriesUri => $"{_store.RootUri}/{names.Folder}";

    public async Task<RepairReport> RunAsync(CancellationToken cancellationToken)
    {
        LockHolder? found = await _lock.ReadHolderAsync(cancellationToken).ConfigureAwait(false);
        if (found is not null && !options.TakeOverLock)
        {
            throw new LockAcquisitionException(_lock.Uri, found);
        }

        ReadOnlyMemory<byte>? kept = found is null ? null
            : await _lock.ReadContentAsync(found.Generation, cancellationToken).ConfigureAwait(false)
                ?? throw new LockAcquisitionException(_lock.Uri, await _lock.ReadHolderAsync(cancellationToken).ConfigureAwait(false));
        if (options.DryRun)
        {
            return await RepairAsync(found, kept, handle: null, cancellationToken).ConfigureAwait(false);
        }

        SeriesLockHandle handle = found is null
            ? await _lock.AcquireAsync(LockOperation.Repair, await ReadBackupAsync(cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false)
            : await _lock.TryTakeOverAsync(found, ToOperation(found), cancellationToken).ConfigureAwait(false)
                ?? throw new LockAcquisitionException(_lock.Uri, await _lock.ReadHolderAsync(cancellationToken).ConfigureAwait(false));
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

        if (found is null || !report.IsRefused)
        {
            await CodObject.ReleaseAsync(datastore, handle, SeriesUri).ConfigureAwait(false);
        }

        return report;
    }

    /// <summary>What a dead holder had begun stays known, should this repair die as well.</summary>
    private static string ToOperation(LockHolder found) =>
        found.Operation is LockOperation.Delete or LockOperation.Write ? found.Operation : LockOperation.Repair;

    private async Task<ReadOnlyMemory<byte>> ReadBackupAsync(CancellationToken cancellationToken)
    {
        ObjectContent? content = await _store.OpenReadAsync(names.Metadata, options: null, cancellationToken).ConfigureAwait(false);
        if (content is null)
        {
            return Gzip.Compress([]);
        }

        await using (content.ConfigureAwait(false))
        {
            return StoredSeries.ToBackup(await content.ReadToEndAsync(cancellationToken).ConfigureAwait(false));
        }
    }

    private async Task<RepairReport> RepairAsync(
        LockHolder? found, ReadOnlyMemory<byte>? kept, SeriesLockHandle? handle, CancellationToken cancellationToken)
    {
        StoredObjects objects = await StoredObjects.ReadAsync(_store, names, datastore.Options.ScratchDirectory, cancellationToken).ConfigureAwait(false);
        await using (objects.ConfigureAwait(false))
        {
            objects.Lock = found;
            if (!objects.Exists)
            {
                throw new CodObjectNotFoundException(SeriesUri);
            }

            IntegrityReport before = await new IntegrityCheck(objects, names, _store.RootUri, new VerifyOptions()).RunAsync(cancellationToken).ConfigureAwait(false);
            if (found?.Operation == LockOperation.Delete)
            {
                return await FinishDeleteAsync(before, objects, handle, cancellationToken).ConfigureAwait(false);
            }

            SeriesMetadata? backup = kept is { } bytes ? StoredObjects.TryParse(bytes, names.Id, _lock.Uri).Metadata : null;
            RepairPlan plan = await new RepairPlanner(objects, names, _store.RootUri, backup, datastore.Options).CreateAsync(cancellationToken).ConfigureAwait(false);
            await using (plan.ConfigureAwait(false))
            {
                bool isLossUnknown = objects is { MetadataFault: not null, Archive: null };
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

    private async Task<RepairReport> FinishDeleteAsync(
        IntegrityReport before, StoredObjects objects, SeriesLockHandle? handle, CancellationToken cancellationToken)
    {
        bool isLeft = objects.MetadataInfo is not null || objects.ArchiveInfo is not null || objects.IndexInfo is not null || objects.HasErrorLog;
        if (handle is not null)
        {
            await new SeriesDeletion(_store, names, handle).FinishAsync(cancellationToken).ConfigureAwait(false);
        }

        RepairAction[] actions = [new RepairAction(RepairActionKind.FinishDelete, SeriesUri, "its deletion was begun")];
        return ToReport(before, actions, lost: [], isRefused: false, hasWritten: isLeft && handle is not null);
    }

    private async Task CommitAsync(RepairPlan plan, StoredObjects objects, SeriesLockHandle handle)
    {
        SeriesMetadata metadata = plan.NewMetadata!;
        using var timeout = new CancellationTokenSource(datastore.Options.CommitTimeout, datastore.Options.TimeProvider);
        var empty = new SeriesMetadata(names.Id, metadata.UsesHashedUids, metadata.Version);
        StoredSeries? stored = objects.MetadataInfo is { } info ? new StoredSeries(objects.Metadata ?? empty, info, objects.MetadataBytes) : null;
        var commit = new SeriesCommit(_store, names, handle, stored, empty);
        try
        {
            await CommitArchiveAsync(commit, plan, objects, metadata, timeout.Token).ConfigureAwait(false);
            ObjectUpload upload = StoredSeries.ToUpload(StoredSeries.ToBytes(metadata, _store, names));
            await commit.UploadMetadataAsync(upload, timeout.Token).ConfigureAwait(false);
        }
        finally
        {
            _hasTouchedStore = commit.HasTouchedStore;
        }
    }

    private async Task CommitArchiveAsync(
        SeriesCommit commit, RepairPlan plan, StoredObjects objects, SeriesMetadata metadata, CancellationToken cancellationToken)
    {
        if (plan.NewArchive is { } archive)
        {
            long generation = objects.ArchiveInfo!.Generation;
            var fence = new ArchiveFence(generation, IsOfMetadata: generation == objects.Metadata?.Tar?.Generation);
            ObjectUpload upload = ObjectUpload.FromFile(archive.Path, archive.SizeBytes, archive.Crc32c) with
            {
                ContentType = "application/x-tar",
                StorageClass = datastore.Options.StorageClass,
            };
            ObjectInfo written = await commit.UploadArchiveAsync(upload, fence, OnOtherGeneration.Fail, cancellationToken).ConfigureAwait(false);
            metadata.Tar = new ObjectIdentity(written.Generation, archive.SizeBytes, archive.Crc32c);
        }
        else if (objects.Archive is { } old)
        {
            metadata.Tar = new ObjectIdentity(objects.ArchiveInfo!.Generation, old.SizeBytes, old.Crc32c);
        }

        if (plan.NewIndex is { } index)
        {
            ObjectUpload upload = ObjectUpload.FromMemory(index) with { ContentType = "application/vnd.sqlite3" };
            ObjectInfo written = await commit.UploadIndexAsync(upload, objects.IndexInfo?.Generation ?? 0, cancellationToken).ConfigureAwait(false);
            metadata.Index = new ObjectIdentity(written.Generation, upload.SizeBytes, upload.Crc32c);
        }
        else if (objects is { Archive: not null, Index: { } current })
        {
            metadata.Index = new ObjectIdentity(objects.IndexInfo!.Generation, current.Length, Crc32c.Compute(current));
        }
    }
}
