using CloudOptimizedDicom.Diagnostics;
using CloudOptimizedDicom.Locking;
using CloudOptimizedDicom.Metadata;
using CloudOptimizedDicom.Storage;

namespace CloudOptimizedDicom;

/// <summary>
/// One series of a datastore. Opened for reading it is thread-safe and takes no lock. Opened for writing or appending it
/// holds the lock until it is disposed, and one changing call runs at a time; what was not synced is discarded.
/// </summary>
public sealed partial class CodObject : IAsyncDisposable
{
    private readonly CodDatastore _datastore;
    private readonly IObjectStore _store;
    private readonly SeriesNames _names;
    private readonly SeriesLockHandle? _lock;
    private readonly Dictionary<string, Instance> _appended = [];
    private StoredSeries? _stored;
    private ArchiveFence? _archiveFence;
    private long? _indexFence;
    private SeriesMetadata _current;
    private bool _isMetadataChanged;
    private long _lockedSince;
    private bool _hasSynced;
    private bool _leavesLock;
    private bool _isDisposed;
    private int _isChanging;

    private CodObject(CodDatastore datastore, SeriesNames names, CodMode mode, StoredSeries? stored, SeriesMetadata current, SeriesLockHandle? @lock)
    {
        _datastore = datastore;
        _store = datastore.Store;
        _names = names;
        Mode = mode;
        _stored = stored;
        _current = current;
        _lock = @lock;
        _lockedSince = datastore.Options.TimeProvider.GetTimestamp();
    }

    /// <summary>What it was opened for.</summary>
    public CodMode Mode { get; }

    /// <summary>Study and series UID as stored.</summary>
    public SeriesId Id => _names.Id;

    /// <summary>The series in its datastore; the archive has <c>.tar</c> behind it.</summary>
    public string Uri => $"{_store.RootUri}/{_names.Folder}";

    /// <summary>Whether UIDs are stored hashed.</summary>
    public bool UsesHashedUids => _current.UsesHashedUids;

    /// <summary>How many instances the datastore has of the series, as far as this object knows.</summary>
    public int StoredInstanceCount => _stored?.Metadata.Instances.Count ?? 0;

    /// <summary>Whether there is anything that a sync would write.</summary>
    public bool HasPendingChanges => _isMetadataChanged;

    /// <summary>The stored series, as far as this object knows.</summary>
    internal StoredSeries? Stored => _stored;

    private string ArchiveUri => $"{_store.RootUri}/{_names.Tar}";

    /// <summary>One instance. No request.</summary>
    /// <param name="instanceUid">The UID that it is stored under.</param>
    /// <returns>The instance.</returns>
    /// <exception cref="InstanceNotFoundException">There is none.</exception>
    public Instance GetInstance(string instanceUid) => ToInstance(GetRecord(instanceUid));

    /// <summary>
    /// Discards what was not synced and releases the lock. It does not throw: a lock that cannot be released is logged and
    /// stays, and so does that of a series on which a call is still at work.
    /// </summary>
    /// <returns>When done.</returns>
    public async ValueTask DisposeAsync()
    {
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        if (Interlocked.Exchange(ref _isChanging, 1) != 0)
        {
            // A call is still at work on the archive and may be committing: whoever came next would meet it half-way.
            _leavesLock = true;
            await ReleaseLockAsync().ConfigureAwait(false);
            return;
        }

        if (HasPendingChanges)
        {
            _datastore.Logger.PendingChangesDiscarded(Uri, _appended.Count);
        }

        foreach (Instance instance in _appended.Values)
        {
            instance.Discard();
        }

        CloseScratch();
        await ReleaseLockAsync().ConfigureAwait(false);
    }

    private async Task ReleaseLockAsync()
    {
        if (_lock is not null && _leavesLock)
        {
            _datastore.LeaveLock(Uri);
        }
        else if (_lock is not null)
        {
            await ReleaseAsync(_datastore, _lock, Uri).ConfigureAwait(false);
        }
    }

    /// <summary>Releases a lock; that it could not be is logged, so that no other error is hidden by it.</summary>
    internal static async Task ReleaseAsync(CodDatastore datastore, SeriesLockHandle handle, string seriesUri)
    {
        try
        {
            if (!await handle.ReleaseAsync(CancellationToken.None).ConfigureAwait(false))
            {
                datastore.Meter.LockEvents.Add(1, TelemetryTag.Event, LockEvent.Broken);
                datastore.Logger.LockWasBroken(seriesUri);
            }
        }
        catch (CodException error)
        {
            datastore.Logger.LockNotReleased(error, seriesUri);
        }
    }

    private InstanceRecord GetRecord(string instanceUid)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        ArgumentNullException.ThrowIfNull(instanceUid);
        return _current.TryGetInstance(instanceUid, out InstanceRecord? record)
            ? record
            : throw new InstanceNotFoundException(Uri, instanceUid);
    }

    private Instance ToInstance(InstanceRecord record)
    {
        if (!_appended.TryGetValue(record.Uid, out Instance? appended))
        {
            return new Instance(record, DicomUriOf(record.Uid));
        }

        // A duplicate that came later may have been noted in the record.
        appended.Record = record;
        return appended;
    }

    private string DicomUriOf(string uid) => $"{ArchiveUri}://{SeriesNames.Member(uid)}";

    /// <summary>Begins a changing call; the result ends it.</summary>
    private Change BeginChange(string operation, bool mayFollowFailedSync = false)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        if (Mode == CodMode.Read)
        {
            throw new WriteOperationInReadModeException(Uri, operation);
        }

        if (Interlocked.Exchange(ref _isChanging, 1) != 0)
        {
            throw new InvalidOperationException($"Another call is changing {Uri}; one runs at a time.");
        }

        if (_commit is not null && !mayFollowFailedSync)
        {
            Volatile.Write(ref _isChanging, 0);
            throw new InvalidOperationException($"A sync of {Uri} has failed half-way; it must be repeated before anything else is changed.");
        }

        return new Change(this);
    }

    private readonly struct Change(CodObject series) : IDisposable
    {
        public void Dispose() => Volatile.Write(ref series._isChanging, 0);
    }
}
