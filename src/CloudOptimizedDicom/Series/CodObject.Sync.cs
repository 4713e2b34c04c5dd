using CloudOptimizedDicom.Diagnostics;
using CloudOptimizedDicom.Locking;
using CloudOptimizedDicom.Metadata;
using CloudOptimizedDicom.Storage;

namespace CloudOptimizedDicom;

public sealed partial class CodObject
{
    /// <summary>Nobody removes a lock that is younger; an older one is asked for before anything is overwritten.</summary>
    private static readonly TimeSpan LockTrustTime = TimeSpan.FromMinutes(1);

    private SeriesCommit? _commit;
    private ObjectUpload? _tarUpload;
    private ObjectUpload? _indexUpload;
    private ObjectUpload? _metadataUpload;
    private ReadOnlyMemory<byte> _metadataBytes;
    private bool _isArchiveChanged;

    /// <summary>
    /// Commits: uploads the archive, its index and last the metadata, which makes them count. Afterwards every instance that
    /// was reported new is in the datastore. Nothing to write is no request.
    /// </summary>
    /// <param name="options">How; <see langword="null"/> for the defaults.</param>
    /// <param name="cancellationToken">
    /// Is heard until the first upload begins. From then on the commit goes to its end, for at most
    /// <see cref="CodDatastoreOptions.CommitTimeout"/>.
    /// </param>
    /// <returns>When committed.</returns>
    /// <exception cref="WriteOperationInReadModeException">The series is open for reading.</exception>
    /// <exception cref="InvalidOperationException">
    /// Another call is changing the series, or no instance would be left of those in the store, or of those appended to a new
    /// series, and <see cref="SyncOptions.AllowEmpty"/> is not set.
    /// </exception>
    /// <exception cref="SeriesDamagedException">Nothing was written, because the store is not as the metadata says.</exception>
    /// <exception cref="LockLostException">Nothing was written, because somebody else has removed the lock.</exception>
    /// <exception cref="ObjectStoreException">Nothing was written, because the store did not answer.</exception>
    /// <exception cref="CodSyncException">Something may have been written; call again to go on.</exception>
    public Task SyncAsync(SyncOptions? options = null, CancellationToken cancellationToken = default) =>
        CodActivitySource.TraceAsync(CodActivitySource.Sync, Uri, async activity =>
        {
            await SyncUntracedAsync(options, cancellationToken).ConfigureAwait(false);
            activity?.SetTag(TelemetryTag.Count, StoredInstanceCount);
            return this;
        });

    private async Task SyncUntracedAsync(SyncOptions? options, CancellationToken cancellationToken)
    {
        using Change change = BeginChange("A sync", mayFollowFailedSync: true);
        if (!RequiresCommit(options ?? new SyncOptions()))
        {
            await DeleteLocalOriginsAsync(hasCommittedArchive: false, cancellationToken).ConfigureAwait(false);
            return;
        }

        cancellationToken.ThrowIfCancellationRequested();
        using var timeout = new CancellationTokenSource(_datastore.Options.CommitTimeout, _datastore.Options.TimeProvider);
        _commit ??= new SeriesCommit(_store, _names, _lock!, _stored, new SeriesMetadata(Id, UsesHashedUids, _current.Version));
        try
        {
            await RequireOldLockAsync(_commit, timeout.Token).ConfigureAwait(false);
            await FindDroppedThumbnailAsync(_commit, timeout.Token).ConfigureAwait(false);
            if (_isArchiveChanged)
            {
                await CommitArchiveAsync(_commit, timeout.Token).ConfigureAwait(false);
            }

            await CommitMetadataAsync(_commit, timeout.Token).ConfigureAwait(false);
            await DeleteDroppedThumbnailAsync(timeout.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException error) when (!_commit.HasTouchedStore)
        {
            ForgetCommit();
            throw new ObjectRequestException("upload", Uri, $"the store did not answer within {_datastore.Options.CommitTimeout}; nothing was written", error);
        }
        catch when (!_commit.HasTouchedStore)
        {
            ForgetCommit();
            throw;
        }
        catch (Exception error)
        {
            _leavesLock = true;
            if (error is CodSyncException or not (OperationCanceledException or CodException or IOException))
            {
                throw;
            }

            // Between two uploads, or when this is a repetition.
            throw _commit.ToException(Uri, error);
        }

        bool hasCommittedArchive = _isArchiveChanged;
        FinishCommit(hasCommittedArchive);
        await DeleteLocalOriginsAsync(hasCommittedArchive, cancellationToken).ConfigureAwait(false);
    }

    private async Task RequireOldLockAsync(SeriesCommit commit, CancellationToken cancellationToken)
    {
        if (!commit.HasTouchedStore && _datastore.Options.TimeProvider.GetElapsedTime(_lockedSince) > LockTrustTime)
        {
            await _lock!.RequireHeldAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private bool RequiresCommit(SyncOptions options)
    {
        bool wouldLoseAll = _current.Instances.Count == 0
            && (_stored is { } stored ? stored.Metadata.Instances.Count > 0 : _isArchiveChanged);
        if (!wouldLoseAll)
        {
            // A write begins anew, so the archive that is there is not the one that its metadata would be of.
            _isArchiveChanged |= _isMetadataChanged && _stored is not null && Mode == CodMode.Write && !_hasSynced;
            return _isMetadataChanged;
        }

        if (!options.AllowEmpty)
        {
            throw new InvalidOperationException(
                $"{Uri} has had instances and would have none; {nameof(SyncOptions)}.{nameof(SyncOptions.AllowEmpty)} allows that.");
        }

        _isArchiveChanged = _isMetadataChanged = true;
        return true;
    }

    private async Task CommitArchiveAsync(SeriesCommit commit, CancellationToken cancellationToken)
    {
        _scratch ??= await OpenScratchAsync(removed: [], cancellationToken).ConfigureAwait(false);
        if (_tarUpload is null)
        {
            (long size, uint crc32c, byte[] index) = _scratch.Finish();
            _tarUpload = SeriesCommit.ToArchiveUpload(_scratch.ToUpload(size, crc32c), _datastore.Options);
            _indexUpload = SeriesCommit.ToIndexUpload(index);
        }

        OnOtherGeneration onOther = Mode == CodMode.Write ? OnOtherGeneration.Replace : OnOtherGeneration.Fail;
        _archiveFence ??= await GetArchiveFenceAsync(cancellationToken).ConfigureAwait(false);

        // Seen once: a repeated sync may have lost its lock meanwhile, and would see what another one has committed.
        _indexFence ??= await GetIndexFenceAsync(cancellationToken).ConfigureAwait(false);
        _current.Tar = await commit.UploadArchiveAsync(_tarUpload, _archiveFence.Value, onOther, cancellationToken).ConfigureAwait(false);
        _current.Index = await commit.UploadIndexAsync(_indexUpload!, _indexFence.Value, cancellationToken).ConfigureAwait(false);
    }

    private async Task CommitMetadataAsync(SeriesCommit commit, CancellationToken cancellationToken)
    {
        if (_metadataUpload is null)
        {
            _metadataBytes = StoredSeries.ToBytes(_current, _store, _names);
            _metadataUpload = StoredSeries.ToUpload(_metadataBytes);
        }

        ObjectInfo info = await commit.UploadMetadataAsync(_metadataUpload, cancellationToken).ConfigureAwait(false);
        _stored = new StoredSeries(_current, info, _metadataBytes);
    }

    /// <summary>
    /// The archive to be replaced, where nothing of it was fetched. A write may replace any; an append only the one that the
    /// metadata describes, which in a copied store has another generation.
    /// </summary>
    private async Task<ArchiveFence> GetArchiveFenceAsync(CancellationToken cancellationToken)
    {
        ObjectIdentity? recorded = _stored?.Metadata.Tar;
        if (_stored is null || (recorded is not null && Mode == CodMode.Write))
        {
            return new ArchiveFence(recorded?.Generation ?? 0, IsOfMetadata: true);
        }

        ObjectInfo? live = await _store.GetInfoAsync(_names.Tar, cancellationToken).ConfigureAwait(false);
        if (Mode == CodMode.Write)
        {
            return ArchiveStanding.Of(_stored.Metadata, live, live?.Crc32c).Fence;
        }

        uint? crc32c = live is null || recorded is null ? null : await ArchiveChecksum.GetAsync(_store, live, cancellationToken).ConfigureAwait(false);
        var standing = ArchiveStanding.Of(_stored.Metadata, live, crc32c);
        standing.Require(Uri);
        string? fault = await new ArchiveProof(_stored.Metadata, Id, ArchiveUri).FindFaultAsync(
            standing, _store, _datastore.Options.ScratchDirectory, cancellationToken).ConfigureAwait(false);
        return fault is null ? standing.Fence : throw new SeriesDamagedException(Uri, fault);
    }

    private async Task<long> GetIndexFenceAsync(CancellationToken cancellationToken) => _stored is null || _stored.Metadata.Index is not null
        ? _stored?.Metadata.Index?.Generation ?? 0
        : (await _store.GetInfoAsync(_names.Index, cancellationToken).ConfigureAwait(false))?.Generation ?? 0;

    private void FinishCommit(bool hasCommittedArchive)
    {
        ForgetCommit();
        _leavesLock = false;
        _hasSynced = true;
        _lockedSince = _datastore.Options.TimeProvider.GetTimestamp();
        _isArchiveChanged = _isMetadataChanged = false;

        // A copied store has the archive in another generation than the metadata names, until one is uploaded.
        _archiveFence = hasCommittedArchive ? new ArchiveFence(_current.Tar!.Generation, IsOfMetadata: true) : _archiveFence;
        _indexFence = null;
        _datastore.Meter.SyncCommits.Add(1);
        _datastore.Meter.SyncBytes.Add(hasCommittedArchive ? _current.Tar!.SizeBytes : 0);
        _datastore.Logger.Synced(Uri, _current.Instances.Count, _current.Tar?.SizeBytes ?? 0);
        _current = _current.Clone();
        _reader = null;
        _frames.Clear();
        foreach ((string uid, Instance instance) in _appended)
        {
            instance.DicomUri = DicomUriOf(uid);
        }

        _appended.Clear();

        if (_store.StagingDirectory is not null)
        {
            // The store has taken the file itself.
            CloseScratch();
        }
    }

    private void ForgetCommit()
    {
        _commit = null;
        _tarUpload = _indexUpload = _metadataUpload = null;
        _metadataBytes = default;
    }
}
