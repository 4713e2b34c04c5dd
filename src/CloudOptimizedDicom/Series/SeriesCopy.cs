using System.Buffers;
using CloudOptimizedDicom.Diagnostics;
using CloudOptimizedDicom.Json;
using CloudOptimizedDicom.Locking;
using CloudOptimizedDicom.Metadata;
using CloudOptimizedDicom.Storage;

namespace CloudOptimizedDicom;

/// <summary>
/// One copy of a series to another datastore, in the order of every commit. Only the destination is locked; of the source all
/// is read, or its generation named, before anything is written. Used once.
/// </summary>
internal sealed partial class SeriesCopy(CodDatastore source, CodDatastore destination, SeriesId id, CopyOptions options, IProgress<long>? progress)
{
    private const int MaxAttempts = 5;

    private static readonly TimeSpan FirstBackoff = TimeSpan.FromMilliseconds(50);

    private readonly SeriesNames _from = source.Name(id);
    private readonly SeriesNames _to = destination.Name(id);

    private string SourceUri => $"{source.Store.RootUri}/{_from.Folder}";

    private string DestinationUri => $"{destination.Store.RootUri}/{_to.Folder}";

    public async Task<CopyReport> RunAsync(CancellationToken cancellationToken)
    {
        Task<StoredSeries?> reading = source.ReadMetadataAsync(_from, cancellationToken);
        Task<StoredSeries?> readingThere = destination.ReadMetadataAsync(_to, cancellationToken);
        await Task.WhenAll(reading, readingThere).ConfigureAwait(false);
        StoredSeries series = await reading.ConfigureAwait(false) ?? throw new CodObjectNotFoundException(SourceUri);
        StoredSeries? there = await readingThere.ConfigureAwait(false);
        if (await IsSameAsync(series, there, cancellationToken).ConfigureAwait(false))
        {
            return ToReport(series, CopyOutcome.Same, isServerSide: false);
        }

        RequireReplaceable(series, there);
        await RequireNoErrorLogAsync(source.Store, _from, cancellationToken).ConfigureAwait(false);
        await RequireNoErrorLogAsync(destination.Store, _to, cancellationToken).ConfigureAwait(false);
        if (options.DryRun)
        {
            return ToReport(series, CopyOutcome.Copied, isServerSide: series.Metadata.Tar is not null && destination.Store.CanCopyFrom(source.Store));
        }

        var opening = new OpenSeriesOptions { WaitForLock = options.WaitForLock, UsesHashedUids = series.Metadata.UsesHashedUids };
        (SeriesLockHandle handle, there) = await CodObject.LockAsync(destination, _to, CodMode.Write, there, opening, cancellationToken).ConfigureAwait(false);
        bool leavesLock = false;
        try
        {
            return await CopyLockedAsync(series, there, handle, () => leavesLock = true, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            if (leavesLock)
            {
                destination.Logger.LockLeftBehind(DestinationUri);
            }
            else
            {
                await CodObject.ReleaseAsync(destination, handle, DestinationUri).ConfigureAwait(false);
            }
        }
    }

    private static async Task RequireNoErrorLogAsync(IObjectStore store, SeriesNames names, CancellationToken cancellationToken)
    {
        if (await store.GetInfoAsync(names.ErrorLog, cancellationToken).ConfigureAwait(false) is not null)
        {
            throw new ErrorLogExistsException($"{store.RootUri}/{names.ErrorLog}");
        }
    }

    private async Task<CopyReport> CopyLockedAsync(
        StoredSeries series, StoredSeries? there, SeriesLockHandle handle, Action leaveLock, CancellationToken cancellationToken)
    {
        for (int attempt = 1; ; attempt++)
        {
            // What was read before the lock was held may be old by now; so may be what an earlier attempt has read.
            there = await StoredSeries.ReadAsync(destination.Store, _to, there, cancellationToken).ConfigureAwait(false);
            CopySource opened = await ReadSourceAsync(series, cancellationToken).ConfigureAwait(false);
            await using (opened.ConfigureAwait(false))
            {
                series = opened.Series;
                if (await IsSameAsync(series, there, cancellationToken).ConfigureAwait(false))
                {
                    return ToReport(series, CopyOutcome.Same, isServerSide: false);
                }

                RequireReplaceable(series, there);
                cancellationToken.ThrowIfCancellationRequested();
                try
                {
                    await CommitAsync(opened, there, handle, leaveLock).ConfigureAwait(false);
                    return ToReport(series, CopyOutcome.Copied, isServerSide: opened.Archive?.Origin is not null);
                }
                catch (ObjectRequestException error) when (opened.Archive?.Origin is not null && error.Status == System.Net.HttpStatusCode.NotFound)
                {
                    // The archive that was to be copied is not there any more, and nothing was written.
                    if (attempt == MaxAttempts)
                    {
                        throw new SeriesChangedException(SourceUri, attempt);
                    }
                }
            }
        }
    }

    /// <summary>Reads the source in one state: again while somebody writes it, but not without end.</summary>
    private async Task<CopySource> ReadSourceAsync(StoredSeries series, CancellationToken cancellationToken)
    {
        for (int attempt = 1; ; attempt++)
        {
            SeriesDamagedException? fault = null;
            CopySource? opened = null;
            try
            {
                opened = await CopySource.ReadAsync(series, _from, source, destination, cancellationToken).ConfigureAwait(false);
            }
            catch (SeriesDamagedException error)
            {
                fault = error;
            }

            if (opened is { Series.Metadata.Tar: not null })
            {
                return opened;
            }

            // A writer commits before it releases its lock, so it is looked for in this order.
            bool isLocked = await source.Store.GetInfoAsync(_from.Lock, cancellationToken).ConfigureAwait(false) is not null;
            StoredSeries now = await StoredSeries.ReadAsync(source.Store, _from, series, cancellationToken).ConfigureAwait(false)
                ?? throw new CodObjectNotFoundException(SourceUri);
            if (!isLocked && ReferenceEquals(now, series))
            {
                return opened ?? throw fault!;
            }

            if (opened is not null)
            {
                await opened.DisposeAsync().ConfigureAwait(false);
            }

            series = attempt < MaxAttempts ? now : throw new SeriesChangedException(SourceUri, attempt);
            await Task.Delay(FirstBackoff * Math.Pow(2, attempt - 1), source.Options.TimeProvider, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>The metadata of the source as it reads at the destination, without the identities of archive and index.</summary>
    private SeriesMetadata ToMetadata(SeriesMetadata metadata)
    {
        SeriesMetadata copy = metadata.Clone();
        (copy.Tar, copy.Index) = (null, null);
        if (_to.FindThumbnail(copy) is { } thumbnail && copy.Fields.TryGet(SeriesFields.Thumbnail, out ReadOnlyMemory<byte> field))
        {
            byte[] uri = InstanceRecordJson.FromString($"{destination.Store.RootUri}/{thumbnail}");
            copy.Fields.Set(SeriesFields.Thumbnail, JsonMembers.Set(field.Span, ("uri", uri)));
        }

        return copy;
    }

    /// <summary>Whether the destination has just what a copy would make of it.</summary>
    private async Task<bool> IsSameAsync(StoredSeries series, StoredSeries? there, CancellationToken cancellationToken)
    {
        if (there is null)
        {
            return false;
        }

        ObjectIdentity? expected = there.Metadata.Tar ?? series.Metadata.Tar;
        SeriesMetadata copied = ToMetadata(series.Metadata);
        (copied.Tar, copied.Index) = (there.Metadata.Tar, there.Metadata.Index);
        bool isOther = series.Metadata.Tar is { } tar && (tar.SizeBytes != expected!.SizeBytes || tar.Crc32c != expected.Crc32c);
        if (isOther || !ToJson(copied).SequenceEqual(ToJson(there.Metadata)))
        {
            return false;
        }

        expected ??= await GetLiveArchiveAsync(source.Store, _from, cancellationToken).ConfigureAwait(false);
        ObjectIdentity? live = await GetLiveArchiveAsync(destination.Store, _to, cancellationToken).ConfigureAwait(false);
        return live?.SizeBytes == expected?.SizeBytes && live?.Crc32c == expected?.Crc32c;
    }

    private static async Task<ObjectIdentity?> GetLiveArchiveAsync(IObjectStore store, SeriesNames names, CancellationToken cancellationToken) =>
        await store.GetInfoAsync(names.Tar, cancellationToken).ConfigureAwait(false) is { } live
        && await ArchiveChecksum.GetAsync(store, live, cancellationToken).ConfigureAwait(false) is { } crc32c
            ? new ObjectIdentity(live.Generation, live.SizeBytes, crc32c)
            : null;

    private ReadOnlySpan<byte> ToJson(SeriesMetadata metadata)
    {
        var json = new ArrayBufferWriter<byte>();
        metadata.Write(json, $"{destination.Store.RootUri}/{_to.Tar}");
        return json.WrittenSpan;
    }

    /// <summary>A series without instances and fields is what a writer leaves that died before it committed any.</summary>
    private void RequireReplaceable(StoredSeries series, StoredSeries? there)
    {
        if (there is { Metadata: var metadata } && (metadata.Instances.Count > 0 || metadata.Fields.Names.Count > 0) && !options.Overwrite)
        {
            throw new SeriesExistsException(DestinationUri, metadata.Instances.Count, SourceUri, series.Metadata.Instances.Count);
        }
    }

    private CopyReport ToReport(StoredSeries series, CopyOutcome outcome, bool isServerSide) => new()
    {
        SourceUri = SourceUri,
        DestinationUri = DestinationUri,
        Outcome = outcome,
        HasWritten = outcome == CopyOutcome.Copied && !options.DryRun,
        Instances = series.Metadata.Instances.Count,
        InstanceBytes = series.Metadata.Instances.Sum(record => record.SizeBytes),
        IsServerSide = isServerSide,
    };
}
