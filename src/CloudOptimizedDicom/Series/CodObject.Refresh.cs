namespace CloudOptimizedDicom;

public sealed partial class CodObject
{
    /// <summary>
    /// Asks whether the series has changed since it was opened or last refreshed, with one request, which brings the metadata
    /// only if it has. Streams that are open go on with what they began with.
    /// </summary>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <returns>Whether it had changed.</returns>
    /// <exception cref="InvalidOperationException">The series is open for writing or appending: nobody else can change it.</exception>
    /// <exception cref="CodObjectNotFoundException">It was deleted.</exception>
    /// <exception cref="Metadata.SeriesMetadataException">Its metadata is not readable.</exception>
    /// <exception cref="Storage.ObjectStoreException">The store did not answer.</exception>
    public async Task<bool> RefreshAsync(CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        if (Mode != CodMode.Read)
        {
            throw new InvalidOperationException($"{Uri} is open for {(Mode == CodMode.Write ? "writing" : "appending")}; only a reader is refreshed.");
        }

        StoredSeries? before = _stored;
        StoredSeries fresh = await StoredSeries.ReadAsync(_store, _names, before, _datastore.Options.Decompression, cancellationToken).ConfigureAwait(false)
            ?? throw new CodObjectNotFoundException(Uri);
        if (ReferenceEquals(fresh, before))
        {
            return false;
        }

        _datastore.Metadata.Set(_names.Metadata, fresh);
        Reader.Adopt(fresh);
        (_stored, _current) = (fresh, fresh.Metadata);
        _frames.Clear();
        return true;
    }
}
