using CloudOptimizedDicom.Storage;

namespace CloudOptimizedDicom;

public sealed partial class CodObject
{
    /// <summary>
    /// Verifies what is in the store of this series, as <see cref="CodDatastore.VerifySeriesAsync"/> does, which works as well
    /// where a series cannot be opened.
    /// </summary>
    /// <param name="options">How; <see langword="null"/> for the defaults.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <returns>Everything that was found; nothing is changed.</returns>
    /// <exception cref="InvalidOperationException">There is nothing stored, or there are changes that were not synced.</exception>
    /// <exception cref="ObjectStoreException">The store did not answer.</exception>
    /// <exception cref="IOException">There is no room for the archive on this machine.</exception>
    public Task<IntegrityReport> VerifyIntegrityAsync(VerifyOptions? options = null, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        return HasPendingChanges || _stored is null
            ? throw new InvalidOperationException($"{Uri} has nothing stored, or changes that were not synced; sync or discard them before verifying.")
            : _datastore.VerifyAsync(_names, Own(options ?? new VerifyOptions()), cancellationToken);
    }

    /// <summary>A lock that this object holds is not abandoned, however long it has it.</summary>
    private VerifyOptions Own(VerifyOptions options) => _lock is null ? options : options with { LockAbandonedAfter = null };
}
