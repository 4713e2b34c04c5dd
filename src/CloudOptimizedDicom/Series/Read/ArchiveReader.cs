using CloudOptimizedDicom.Diagnostics;
using CloudOptimizedDicom.Storage;

namespace CloudOptimizedDicom;

/// <summary>
/// Reads from the archive of a series without ever giving out other bytes than the recorded ones, whatever writers do
/// meanwhile: a request names the generation that the metadata was written with. Thread-safe.
/// </summary>
internal sealed class ArchiveReader(
    IObjectStore store, SeriesNames names, StoredSeries stored, CodDatastoreOptions options, CodMeter meter)
{
    private const int MaxAttempts = 5;
    /// <summary>Up to here a whole instance costs less than finding out which archive the metadata describes.</summary>
    private const int MaxReadWholeBytes = 64 * 1024;

    private const long MaxChecksummedBytes = 1024L * 1024 * 1024;
    private const int MaxProvenInMemoryBytes = 64 * 1024 * 1024;

    private static readonly TimeSpan FirstBackoff = TimeSpan.FromMilliseconds(50);

    private Snapshot _snapshot = Snapshot.Of(stored);

    public string ArchiveUri => $"{store.RootUri}/{names.Tar}";

    /// <summary>The instances as last read, in stored order.</summary>
    public IReadOnlyList<InstanceRecord> Instances => Volatile.Read(ref _snapshot).Series.Metadata.Instances;

    public string SeriesUri => $"{store.RootUri}/{names.Folder}";

    /// <summary>Takes over metadata that is newer than what is known here.</summary>
    public void Adopt(StoredSeries series)
    {
        Snapshot snapshot = Volatile.Read(ref _snapshot);
        if (snapshot.Series.Info.Generation != series.Info.Generation)
        {
            Interlocked.CompareExchange(ref _snapshot, Snapshot.Of(series), snapshot);
        }
    }

    /// <summary>Opens a range of an instance.</summary>
    /// <param name="expected">The instance; the store may have it elsewhere by now, but not with other bytes.</param>
    /// <param name="range">The bytes wanted, counted within the instance; at least one.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <returns>The bytes, or the whole instance, proven by its checksum, at the beginning of the range.</returns>
    /// <exception cref="SeriesChangedException">The series does not come to rest, or has other bytes for the instance now, or none.</exception>
    /// <exception cref="TarValidationException">The series is at rest, and its archive has other bytes for the instance, or none.</exception>
    /// <exception cref="SeriesDamagedException">There is no archive.</exception>
    public async Task<OpenedRange> OpenAsync(InstanceRecord expected, ByteRange range, CancellationToken cancellationToken)
    {
        for (int attempt = 1; attempt <= MaxAttempts; attempt++)
        {
            Snapshot snapshot = Volatile.Read(ref _snapshot);
            bool isKnown = snapshot.Series.Metadata.TryGetInstance(expected.Uid, out InstanceRecord? record)
                && record.SizeBytes == expected.SizeBytes && record.Crc32c == expected.Crc32c;
            if (isKnown && await TryOpenAsync(snapshot, record!, range, cancellationToken).ConfigureAwait(false) is { } opened)
            {
                return opened;
            }

            if (await RefreshAsync(snapshot, cancellationToken).ConfigureAwait(false))
            {
                continue;
            }

            if (!isKnown)
            {
                throw new SeriesChangedException(SeriesUri, attempt);
            }

            (OpenedRange? unpinned, TarValidationException? fault) = await OpenProvenAsync(record!, range.Offset, cancellationToken).ConfigureAwait(false);
            if (unpinned is not null)
            {
                return unpinned.Value;
            }

            // Asked for after the bytes have come: a writer commits before it releases its lock, so these are nobody's half-done work.
            if (fault is not null && !await IsChangingAsync(snapshot, cancellationToken).ConfigureAwait(false))
            {
                meter.ReadFaults.Add(1, TelemetryTag.Kind, fault is HashMismatchException ? "mismatch" : "missing");
                throw fault;
            }

            await BackOffAsync(attempt, cancellationToken).ConfigureAwait(false);
        }

        throw new SeriesChangedException(SeriesUri, MaxAttempts);
    }

    /// <summary>Opens the archive for several instances, from the first of them to the last, in one request.</summary>
    /// <param name="isWanted">Which instances are wanted.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <returns>The bytes, each instance to be checked, and the metadata that belongs to them.</returns>
    /// <exception cref="SeriesChangedException">The series does not come to rest.</exception>
    public async Task<ForwardSeries> OpenWholeAsync(Func<InstanceRecord, bool> isWanted, CancellationToken cancellationToken)
    {
        for (int attempt = 1; attempt <= MaxAttempts; attempt++)
        {
            Snapshot snapshot = Volatile.Read(ref _snapshot);
            InstanceRecord[] wanted = [.. snapshot.Series.Metadata.Instances.Where(isWanted).OrderBy(record => record.ArchiveRange.Offset)];
            if (wanted.Length == 0)
            {
                return new ForwardSeries(wanted, snapshot.Series, new ForwardArchive(Stream.Null, ArchiveUri), Content: null, meter);
            }

            var range = ByteRange.FromStartAndEnd(wanted[0].ArchiveRange.Offset, wanted.Max(record => record.ArchiveRange.End));
            long? pin = snapshot.Pin;
            ObjectContent? content = await TryOpenManyAsync(range, pin, cancellationToken).ConfigureAwait(false);
            if (content is null)
            {
                if (await RefreshAsync(snapshot, cancellationToken).ConfigureAwait(false))
                {
                    continue;
                }

                pin = null;
                content = await TryOpenManyAsync(range, pin, cancellationToken).ConfigureAwait(false);
            }

            if (content is not null)
            {
                return new ForwardSeries(wanted, snapshot.Series, new ForwardArchive(content.Content, ArchiveUri, range.Offset), content, meter)
                {
                    IsChanging = pin is null ? token => IsChangingAsync(snapshot, token) : null,
                };
            }

            await BackOffAsync(attempt, cancellationToken).ConfigureAwait(false);
        }

        throw new SeriesChangedException(SeriesUri, MaxAttempts);
    }

    /// <summary>Whether somebody is writing the series, or has since it was read.</summary>
    private async Task<bool> IsChangingAsync(Snapshot snapshot, CancellationToken cancellationToken) =>
        await store.GetInfoAsync(names.Lock, cancellationToken).ConfigureAwait(false) is not null
        || (await store.GetInfoAsync(names.Metadata, cancellationToken).ConfigureAwait(false))?.Generation != snapshot.Series.Info.Generation;

    private Task BackOffAsync(int attempt, CancellationToken cancellationToken) =>
        Task.Delay(FirstBackoff * Math.Pow(2, attempt - 1), options.TimeProvider, cancellationToken);

    private async Task<ObjectContent?> TryOpenManyAsync(ByteRange range, long? pin, CancellationToken cancellationToken)
    {
        try
        {
            var options = new ObjectReadOptions { Range = range, IfGenerationMatch = pin };
            return await store.OpenReadAsync(names.Tar, options, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (error is PreconditionFailedException or ArgumentOutOfRangeException)
        {
            return null;
        }
    }

    private Task<OpenedRange?> TryOpenAsync(Snapshot snapshot, InstanceRecord record, ByteRange range, CancellationToken cancellationToken)
    {
        if (snapshot.Pin is { } pin)
        {
            return TryOpenPinnedAsync(record, range, pin, cancellationToken);
        }

        // What proves the whole instance is one request, what pins the archive is three.
        bool isWorthPinning = snapshot.Series.Metadata.Tar is null && range.Length < record.SizeBytes && record.SizeBytes > MaxReadWholeBytes;
        return isWorthPinning
            ? TryPinAsync(snapshot, record, range, cancellationToken)
            : TryOpenProvenAsync(record, range.Offset, cancellationToken);
    }

    private async Task<OpenedRange?> TryOpenPinnedAsync(InstanceRecord record, ByteRange range, long pin, CancellationToken cancellationToken)
    {
        try
        {
            if (await OpenRangeAsync(record, range, pin, cancellationToken).ConfigureAwait(false) is not { } content)
            {
                return null;
            }

            if (content.Range.Length == range.Length)
            {
                return new OpenedRange(content.Content, IsWhole: false);
            }

            // Before anybody makes room for bytes that the archive does not have.
            await content.DisposeAsync().ConfigureAwait(false);
            throw new TarMissingInstanceException(ArchiveUri, record.Uid, record.ArchiveRange);
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

    /// <summary>
    /// The metadata of Python does not say which archive it describes. The one that is live is taken for it when after the
    /// bytes began to come nobody held the lock, and after that the metadata was still the same: a writer of this archive has
    /// committed before it released the lock.
    /// </summary>
    private async Task<OpenedRange?> TryPinAsync(Snapshot snapshot, InstanceRecord record, ByteRange range, CancellationToken cancellationToken)
    {
        ObjectContent? content;
        try
        {
            content = await OpenRangeAsync(record, range, pin: null, cancellationToken).ConfigureAwait(false);
        }
        catch (ArgumentOutOfRangeException)
        {
            return null;
        }

        if (content is null)
        {
            return null;
        }

        bool isPinned = false;
        try
        {
            if (await store.GetInfoAsync(names.Lock, cancellationToken).ConfigureAwait(false) is not null)
            {
                return await TryOpenProvenAsync(record, range.Offset, cancellationToken).ConfigureAwait(false);
            }

            StoredSeries? now = await StoredSeries.ReadAsync(store, names, snapshot.Series, options.Decompression, cancellationToken).ConfigureAwait(false);
            isPinned = ReferenceEquals(now, snapshot.Series);
            if (isPinned)
            {
                Interlocked.CompareExchange(ref _snapshot, snapshot with { Pin = content.Info.Generation }, snapshot);
            }

            return isPinned ? new OpenedRange(content.Content, IsWhole: false) : null;
        }
        finally
        {
            if (!isPinned)
            {
                await content.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    private Task<ObjectContent?> OpenRangeAsync(InstanceRecord record, ByteRange range, long? pin, CancellationToken cancellationToken)
    {
        var options = new ObjectReadOptions
        {
            Range = new ByteRange(record.ArchiveRange.Offset + range.Offset, range.Length),
            IfGenerationMatch = pin,
        };
        return store.OpenReadAsync(names.Tar, options, cancellationToken);
    }

    private async Task<OpenedRange?> TryOpenProvenAsync(InstanceRecord record, long offset, CancellationToken cancellationToken) =>
        (await OpenProvenAsync(record, offset, cancellationToken).ConfigureAwait(false)).Opened;

    /// <summary>Without a generation to name, the whole instance is read and given out only when its checksum is right.</summary>
    /// <returns>The instance, or what is wrong with it; neither when there is no archive.</returns>
    private async Task<(OpenedRange? Opened, TarValidationException? Fault)> OpenProvenAsync(
        InstanceRecord record, long offset, CancellationToken cancellationToken)
    {
        TarMissingInstanceException ToMissing() => new(ArchiveUri, record.Uid, record.ArchiveRange);
        ObjectContent? content;
        try
        {
            content = await store.OpenReadAsync(names.Tar, new ObjectReadOptions { Range = record.ArchiveRange }, cancellationToken).ConfigureAwait(false);
        }
        catch (ArgumentOutOfRangeException)
        {
            return (null, ToMissing());
        }

        if (content is null)
        {
            return default;
        }

        await using (content.ConfigureAwait(false))
        {
            Stream copy = record.SizeBytes <= MaxProvenInMemoryBytes ? new MemoryStream((int)record.SizeBytes) : TemporaryFile.Create(options.ScratchDirectory);
            bool isProven = false;
            try
            {
                var passing = new PassingStream(content.Content, copy);
                await passing.DrainAsync(cancellationToken).ConfigureAwait(false);
                isProven = passing.BytesPassed == record.SizeBytes && passing.Crc32c == record.Crc32c;
                copy.Position = offset;
                return isProven ? (new OpenedRange(copy, IsWhole: true), null)
                    : (null, passing.BytesPassed < record.SizeBytes
                        ? ToMissing()
                        : new HashMismatchException(ArchiveUri, record.Uid, record.Crc32c, passing.Crc32c));
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
        StoredSeries fresh = await StoredSeries.ReadAsync(store, names, before.Series, options.Decompression, cancellationToken).ConfigureAwait(false)
            ?? throw new CodObjectNotFoundException(SeriesUri);
        if (!ReferenceEquals(fresh, before.Series))
        {
            Interlocked.CompareExchange(ref _snapshot, Snapshot.Of(fresh), before);
            return true;
        }

        ObjectInfo live = await store.GetInfoAsync(names.Tar, cancellationToken).ConfigureAwait(false)
            ?? throw new SeriesDamagedException(SeriesUri, "there is metadata, but no archive");
        if (live.Generation == before.Pin || before.Series.Metadata.Tar is not { } recorded || live.SizeBytes != recorded.SizeBytes
            || (live.Crc32c is null && live.SizeBytes > MaxChecksummedBytes)
            || await ArchiveChecksum.GetAsync(store, live, cancellationToken).ConfigureAwait(false) != recorded.Crc32c)
        {
            return false;
        }

        Interlocked.CompareExchange(ref _snapshot, before with { Pin = live.Generation }, before);
        return true;
    }

    /// <param name="Series">The metadata.</param>
    /// <param name="Pin">The generation of the archive that it describes; null for a series that does not say.</param>
    private sealed record Snapshot(StoredSeries Series, long? Pin)
    {
        public static Snapshot Of(StoredSeries series) => new(series, series.Metadata.Tar?.Generation);
    }
}
