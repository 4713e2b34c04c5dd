using CloudOptimizedDicom.Metadata;
using CloudOptimizedDicom.Storage;

namespace CloudOptimizedDicom;

public sealed partial class CodObject
{
    /// <summary>
    /// Takes instances out of the series: a new archive is made on this machine without them, in which the others are the
    /// same bytes at other places. With the next sync they are gone from the datastore, and so is the thumbnail.
    /// </summary>
    /// <param name="instanceUids">The UIDs that they are stored under; naming one twice is naming it once.</param>
    /// <param name="cancellationToken">Ends the call early; the series is as before then.</param>
    /// <returns>When they are out.</returns>
    /// <exception cref="InstanceNotFoundException">One of them is not there. Nothing was changed.</exception>
    /// <exception cref="InvalidOperationException">
    /// No instance would be left, which <see cref="CodDatastore.DeleteSeriesAsync"/> and <see cref="TruncateAsync"/> are for;
    /// or another call is changing the series.
    /// </exception>
    /// <exception cref="WriteOperationInReadModeException">The series is open for reading.</exception>
    /// <exception cref="SeriesDamagedException">The stored archive is not the one that the metadata describes.</exception>
    /// <exception cref="ObjectStoreException">The store did not answer.</exception>
    /// <exception cref="IOException">There is no room for the archives on this machine.</exception>
    public async Task RemoveAsync(IEnumerable<string> instanceUids, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(instanceUids);
        using Change change = BeginChange("A removal");
        InstanceRecord[] removed = [.. instanceUids.Distinct().Select(GetRecord)];
        if (removed.Length == 0)
        {
            return;
        }

        if (removed.Length == _current.Instances.Count)
        {
            throw new InvalidOperationException(
                $"{Uri} would have no instance left: {nameof(CodDatastore)}.{nameof(CodDatastore.DeleteSeriesAsync)} deletes a series, {nameof(TruncateAsync)} empties it.");
        }

        ScratchArchive old = _scratch ??= await OpenScratchAsync(removed, cancellationToken).ConfigureAwait(false);
        SeriesMetadata edited = _current.Clone();
        foreach (InstanceRecord record in removed)
        {
            edited.Remove(record.Uid);
        }

        (ScratchArchive repacked, SeriesMetadata moved) = await RepackAsync(old, edited, removed, cancellationToken).ConfigureAwait(false);
        DiscardAppended(removed.Select(record => record.Uid));
        GoOnWith(repacked, moved);
        old.Dispose();
    }

    /// <summary>Goes on with an archive in which the instances are at other places.</summary>
    private void GoOnWith(ScratchArchive repacked, SeriesMetadata edited)
    {
        _scratch = repacked;
        TakeOver(edited);
        foreach ((string uid, Instance instance) in _appended)
        {
            instance.Record = GetRecord(uid);
            instance.DicomUri = $"{repacked.Path}://{SeriesNames.Member(uid)}";
        }
    }

    /// <summary>
    /// Takes all instances out of the series. What is appended then is all that the next sync leaves of it; nothing at all
    /// must be allowed there by <see cref="SyncOptions.AllowEmpty"/>. Fields stay, the thumbnail goes. No request.
    /// </summary>
    /// <param name="cancellationToken">Ends the call early; the series is as before then.</param>
    /// <returns>When they are out.</returns>
    /// <exception cref="WriteOperationInReadModeException">The series is open for reading.</exception>
    /// <exception cref="InvalidOperationException">Another call is changing the series.</exception>
    public Task TruncateAsync(CancellationToken cancellationToken = default)
    {
        using Change change = BeginChange("A truncation");
        cancellationToken.ThrowIfCancellationRequested();
        if (_current.Instances.Count > 0)
        {
            string[] uids = [.. _current.Instances.Select(record => record.Uid)];
            SeriesMetadata edited = _current.Clone();
            foreach (string uid in uids)
            {
                edited.Remove(uid);
            }

            CloseScratch();
            TakeOver(edited);
            DiscardAppended(uids);
        }

        return Task.CompletedTask;
    }

    /// <summary>Makes an archive without some instances, and the metadata that describes it.</summary>
    /// <param name="old">The archive.</param>
    /// <param name="kept">The metadata of what is to stay.</param>
    /// <param name="removed">What is not.</param>
    /// <param name="cancellationToken">Ends the call early; nothing has changed then.</param>
    private async Task<(ScratchArchive Archive, SeriesMetadata Metadata)> RepackAsync(
        ScratchArchive old, SeriesMetadata kept, IReadOnlyList<InstanceRecord> removed, CancellationToken cancellationToken)
    {
        HashSet<ByteRange> ranges = [.. removed.Select(record => record.ArchiveRange)];

        // Whoever removes an instance means also what an earlier writer may have left of it.
        HashSet<string> members = [.. removed.Select(record => SeriesNames.Member(record.Uid))];
        HashSet<ByteRange> known = [.. kept.Instances.Select(record => record.ArchiveRange)];
        ScratchArchive? archive = null;
        try
        {
            (archive, IReadOnlyDictionary<ByteRange, ByteRange> moved) = await old.RepackAsync(
                member => !ranges.Contains(member.Data) && (known.Contains(member.Data) || !members.Contains(member.Name)),
                cancellationToken).ConfigureAwait(false);
            SeriesMetadata edited = kept.Clone();
            foreach (InstanceRecord record in edited.Instances.ToArray())
            {
                if (!moved.TryGetValue(record.ArchiveRange, out ByteRange range))
                {
                    throw new InvalidDataException($"instance {record.Uid} is at {record.ArchiveRange}, where an instance to be removed is as well");
                }

                uint crc32c = await archive.ChecksumAsync(range, cancellationToken).ConfigureAwait(false);
                edited.Replace(crc32c == record.Crc32c
                    ? record.WithArchiveRange(range)
                    : throw new InvalidDataException(
                        $"instance {record.Uid} has CRC-32C {Crc32c.ToBase64(crc32c)}, the metadata says {Crc32c.ToBase64(record.Crc32c)}"));
            }

            return (archive, edited);
        }
        catch (Exception error)
        {
            archive?.Dispose();
            if (error is InvalidDataException)
            {
                throw new SeriesDamagedException(Uri, error.Message, error);
            }

            throw;
        }
    }

    /// <summary>Goes on with metadata from which instances were taken: a thumbnail that shows them goes as well.</summary>
    private void TakeOver(SeriesMetadata edited)
    {
        edited.Fields.Remove(SeriesFields.Thumbnail);
        _current = edited;
        _isArchiveChanged = _isMetadataChanged = true;
    }

    private void DiscardAppended(IEnumerable<string> uids)
    {
        foreach (string uid in uids)
        {
            if (_appended.Remove(uid, out Instance? instance))
            {
                instance.Discard();
            }
        }
    }
}
