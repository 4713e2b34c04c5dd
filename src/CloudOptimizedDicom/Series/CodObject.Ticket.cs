using CloudOptimizedDicom.Locking;
using CloudOptimizedDicom.Storage;

namespace CloudOptimizedDicom;

public sealed partial class CodObject
{
    /// <summary>
    /// Hands the lock over to another process. This object is done with afterwards: disposing it leaves the lock, which
    /// belongs to whoever resumes the ticket.
    /// </summary>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <returns>The ticket; it works once.</returns>
    /// <exception cref="WriteOperationInReadModeException">The series is open for reading and holds no lock.</exception>
    /// <exception cref="InvalidOperationException">There are changes that were not synced, or another call is changing the series.</exception>
    /// <exception cref="LockLostException">Somebody else has removed the lock.</exception>
    /// <exception cref="ObjectStoreException">The store did not answer.</exception>
    public async Task<CodTicket> ToTicketAsync(CancellationToken cancellationToken = default)
    {
        using Change change = BeginChange("A ticket");
        if (HasPendingChanges)
        {
            throw new InvalidOperationException($"{Uri} has changes that were not synced; sync them before the lock is handed over.");
        }

        await _lock!.RequireHeldAsync(cancellationToken).ConfigureAwait(false);
        _lock.Detach();
        _isDisposed = true;
        CloseScratch();
        return new CodTicket
        {
            DatastoreUri = _datastore.Uri,
            StudyUid = Id.StudyUid,
            SeriesUid = Id.SeriesUid,
            Mode = Mode,
            LockGeneration = _lock.Generation,
            StartsFresh = Mode == CodMode.Write && !_hasSynced,
            UsesHashedUids = UsesHashedUids,
            MetadataVersion = _current.Version,
        };
    }

    /// <summary>Goes on with a series whose lock another process has handed over.</summary>
    /// <param name="ticket">The ticket.</param>
    /// <param name="datastoreOptions">How the datastore is reached; <see langword="null"/> for the defaults.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <returns>The series, to be disposed by the caller, which releases the lock.</returns>
    /// <inheritdoc cref="CodDatastore.ResumeSeriesAsync"/>
    public static async Task<CodObject> ResumeAsync(
        CodTicket ticket, CodDatastoreOptions? datastoreOptions = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(ticket);

        // It is not disposed with the series, see OpenAsync.
        CodDatastore datastore = await CodDatastore.OpenAsync(ticket.DatastoreUri, datastoreOptions, cancellationToken).ConfigureAwait(false);
        return await datastore.ResumeSeriesAsync(ticket, cancellationToken).ConfigureAwait(false);
    }

    internal static async Task<CodObject> ResumeAsync(CodDatastore datastore, CodTicket ticket, CancellationToken cancellationToken)
    {
        ticket.Require(datastore.Uri);
        SeriesNames names = datastore.Name(new SeriesId(ticket.StudyUid, ticket.SeriesUid));
        var options = new OpenSeriesOptions { UsesHashedUids = ticket.UsesHashedUids, MetadataVersion = ticket.MetadataVersion };

        // If the lock proves to be the one of the ticket, it was held all along, and this is the state under it.
        StoredSeries? stored = await StoredSeries.ReadAsync(datastore.Store, names, known: null, datastore.Options.Decompression, cancellationToken).ConfigureAwait(false);
        var seriesLock = new SeriesLock(datastore.Store, names.Lock, datastore.Meter);
        string operation = OperationOf(ticket.Mode);
        SeriesLockHandle handle = await seriesLock.TryReplaceAsync(
            ticket.LockGeneration, operation, ToBackup(stored, names, options), cancellationToken).ConfigureAwait(false)
            ?? throw new LockLostException(seriesLock.Uri, "the ticket was used already, or the lock was removed or taken over");
        return new CodObject(datastore, names, ticket.Mode, stored, CurrentOf(stored, names, ticket.StartsFresh, options), handle)
        {
            _hasSynced = !ticket.StartsFresh,
        };
    }

    /// <summary>What a writer begins with: what is stored, or nothing.</summary>
    private static Metadata.SeriesMetadata CurrentOf(StoredSeries? stored, SeriesNames names, bool startsFresh, OpenSeriesOptions options) =>
        stored is not null && !startsFresh ? stored.Metadata.Clone(options.MetadataVersion) : NewMetadata(names, stored, options);
}
