using CloudOptimizedDicom.Storage;

namespace CloudOptimizedDicom;

/// <summary>
/// Reads from the archive of a series without ever giving out other bytes than the recorded ones, whatever writers do
/// meanwhile: a request names the generation that the metadata was written with. Thread-safe.
/// </summary>
internal sealed class ArchiveReader(IObjectStore store, SeriesNames names, StoredSeries stored, TimeProvider timeProvider)
{
    private const int MaxAttempts = 5;
    private const int MaxProvenInMemoryBytes = 64 * 1024 * 1024;

    private static readonly TimeSpan FirstBackoff = TimeSpan.FromMilliseconds(50);

    private volatile Snapshot _snapshot = new(stored, stored.Metadata.Tar?.Generation);

    public string ArchiveUri => $"{store.RootUri}/{names.Tar}";

    public string SeriesUri => $"{store.RootUri}/{names.Folder}";

    /// <summary>The record of an instance as last read.</summary>
    public InstanceRecord GetRecord(string uid) => GetRecord(_snapshot, uid);

    /// <summary>Opens an instance from a byte on.</summary>
    /// <param name="expected">The instance; the store may have it elsewhere by now, but not with other bytes.</param>
    /// <param name="offset">The first byte wanted, counted within the instance.</param>
    /// <param name="length">How many bytes are wanted; the stream may have more. Null for all that follow.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <exception cref="SeriesChangedException">The series does not come to rest, or has other bytes for the instance now.</exception>
    /// <exception cref="SeriesDamagedException">There is no archive.</exception>
    public async Task<Stream> OpenAsync(InstanceRecord expected, long offset, long? length, CancellationToken cancellationToken)
    {
        for (int attempt = 1; attempt <= MaxAttempts; attempt++)
        {
            Snapshot snapshot = _snapshot;
            InstanceRecord record = GetRecord(snapshot, expected.Uid);
            if (record.SizeBytes != expected.SizeBytes || record.Crc32c != expected.Crc32c)
            {
                throw new SeriesChangedException(SeriesUri, attempt);
            }

            if (snapshot.Pin is null && await TryOpenProvenAsync(record, offset, cancellationToken).ConfigureAwait(false) is { } proven)
            {
                return proven;
            }

            if (snapshot.Pin is { } pin && await TryOpenPinnedAsync(record, offset, length, pin, cancellationToken).ConfigureAwait(false) is { } pinned)
            {
                return pinned;
            }

            if (!await RefreshAsync(snapshot, cancellationToken).ConfigureAwait(false))
            {
                if (await TryOpenProvenAsync(record, offset, cancellationToken).ConfigureAwait(false) is { } unpinned)
                {
                    return unpinned;
                }

                await Task.Delay(FirstBackoff * Math.Pow(2, attempt - 1), timeProvider, cancellationToken).ConfigureAwait(false);
            }
        }

        throw new SeriesChangedException(SeriesUri, MaxAttempts);
    }

    /// <summary>Opens the whole archive; what is read from it is to be checked instance by instance.</summary>
    /// <returns>The bytes, and the metadata that belongs to them.</returns>
    public async Task<(ObjectContent Content, StoredSeries Series)> OpenWholeAsync(CancellationToken cancellationToken)
    {
        for (int attempt = 1; attempt <= MaxAttempts; attempt++)
        {
            Snapshot snapshot = _snapshot;
            try
            {
                var options = new ObjectReadOptions { IfGenerationMatch = snapshot.Pin };
                if (await store.OpenReadAsync(names.Tar, options, cancellationToken).ConfigureAwait(false) is { } content)
                {
                    return (content, snapshot.Series);
                }
            }
            catch (PreconditionFailedException)
            {
                // Another generation is live: see below whose it is.
            }

            if (!await RefreshAsync(snapshot, cancellationToken).ConfigureAwait(false)
                && await store.OpenReadAsync(names.Tar, options: null, cancellationToken).ConfigureAwait(false) is { } unpinned)
            {
                return (unpinned, snapshot.Series);
            }
        }

        throw new SeriesChangedException(SeriesUri, MaxAttempts);
    }

    private InstanceRecord GetRecord(Snapshot snapshot, string uid) => snapshot.Series.Metadata.TryGetInstance(uid, out InstanceRecord? record)
        ? record
        : throw new InstanceNotFoundException(SeriesUri, uid);

    private async Task<Stream?> TryOpenPinnedAsync(
        InstanceRecord record, long offset, long? length, long pin, CancellationToken cancellationToken)
    {
        if (offset == record.SizeBytes)
        {
            return Stream.Null;
        }

        try
        {
            var options = new ObjectReadOptions
            {
                Range = new ByteRange(record.ArchiveRange.Offset + offset, Math.Min(length ?? long.MaxValue, record.SizeBytes - offset)),
                IfGenerationMatch = pin,
            };
            ObjectContent? content = await store.OpenReadAsync(names.Tar, options, cancellationToken).ConfigureAwait(false);
            return content?.Content;
        }
        catch (PreconditionFailedException)
        {
            return null;
        }
        catch (ArgumentOutOfRangeException)
        {
            throw new TarMissingInstanceException(ArchiveUri, record.Uid, record.ArchiveRange);
        }
    }

    /// <summary>Without a generation to name, the whole instance is read and given out only when its checksum is right.</summary>
    private async Task<Stream?> TryOpenProvenAsync(InstanceRecord record, long offset, CancellationToken cancellationToken)
    {
        ObjectContent? content;
        try
        {
            content = await store.OpenReadAsync(names.Tar, new ObjectReadOptions { Range = record.ArchiveRange }, cancellationToken).ConfigureAwait(false);
        }
        catch (ArgumentOutOfRangeException)
        {
            return null;
        }

        if (content is null)
        {
            return null;
        }

        await using (content.ConfigureAwait(false))
        {
            Stream copy = record.SizeBytes <= MaxProvenInMemoryBytes ? new MemoryStream((int)record.SizeBytes) : TemporaryFile.Create();
            bool isProven = false;
            try
            {
                var passing = new PassingStream(content.Content, copy);
                await passing.DrainAsync(cancellationToken).ConfigureAwait(false);
                isProven = passing.BytesPassed == record.SizeBytes && passing.Crc32c == record.Crc32c;
                copy.Position = offset;
                return isProven ? copy : null;
            }
            finally
            {
                if (!isProven)
                {
                    await copy.DisposeAsync().ConfigureAwait(false);
                }
            }
        }
    }

    /// <summary>
    /// After another generation was met: takes over metadata that is new, or the generation of an archive that was copied.
    /// </summary>
    /// <returns>Whether anything is known now that was not known before.</returns>
    private async Task<bool> RefreshAsync(Snapshot before, CancellationToken cancellationToken)
    {
        StoredSeries fresh = await StoredSeries.ReadAsync(store, names, cancellationToken).ConfigureAwait(false)
            ?? throw new CodObjectNotFoundException(SeriesUri);
        if (fresh.Info.Generation != before.Series.Info.Generation)
        {
            _snapshot = new Snapshot(fresh, fresh.Metadata.Tar?.Generation);
            return true;
        }

        ObjectInfo live = await store.GetInfoAsync(names.Tar, cancellationToken).ConfigureAwait(false)
            ?? throw new SeriesDamagedException(SeriesUri, "there is metadata, but no archive");
        if (before.Series.Metadata.Tar?.Matches(live) != true || live.Generation == before.Pin)
        {
            return false;
        }

        _snapshot = before with { Pin = live.Generation };
        return true;
    }

    /// <param name="Series">The metadata.</param>
    /// <param name="Pin">The generation of the archive that it describes; null for a series that does not say.</param>
    private sealed record Snapshot(StoredSeries Series, long? Pin);
}
