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
    private bool _leavesLock;
    private bool _hasMismatched;

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
            return ToReport(series, there, CopyOutcome.Same, isServerSide: false);
        }

        RequireReplaceable(series, there);
        await CodObject.RequireNoErrorLogAsync(source, _from, cancellationToken).ConfigureAwait(false);
        await CodObject.RequireNoErrorLogAsync(destination, _to, cancellationToken).ConfigureAwait(false);
        if (options.DryRun)
        {
            return await PlanAsync(series, there, cancellationToken).ConfigureAwait(false);
        }

        var opening = new OpenSeriesOptions { WaitForLock = options.WaitForLock, UsesHashedUids = series.Metadata.UsesHashedUids };
        (SeriesLockHandle handle, there) = await CodObject.LockAsync(destination, _to, LockOperation.Copy, there, opening, cancellationToken).ConfigureAwait(false);
        try
        {
            return await CopyLockedAsync(series, there, handle, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            if (_leavesLock)
            {
                destination.LeaveLock(DestinationUri);
            }
            else
            {
                await CodObject.ReleaseAsync(destination, handle, DestinationUri).ConfigureAwait(false);
            }
        }
    }

    /// <summary>What a dry run finds, by the rules of the run.</summary>
    private async Task<CopyReport> PlanAsync(StoredSeries series, StoredSeries? there, CancellationToken cancellationToken)
    {
        var seriesLock = new SeriesLock(destination.Store, _to.Lock, destination.Meter);
        if (await seriesLock.ReadHolderAsync(cancellationToken).ConfigureAwait(false) is { } holder)
        {
            throw seriesLock.Refuse(holder);
        }

        var opened = new CopySource(series, _from, source.Store, destination);
        await using (opened.ConfigureAwait(false))
        {
            ObjectInfo? archive = await opened.FindArchiveAsync(cancellationToken).ConfigureAwait(false);
            ObjectInfo? live = await destination.Store.GetInfoAsync(_to.Tar, cancellationToken).ConfigureAwait(false);
            uint? crc32c = archive is null || live is null ? null : await ArchiveChecksum.GetAsync(source.Store, archive, cancellationToken).ConfigureAwait(false);
            await RequireReplaceableAsync(archive?.SizeBytes, crc32c, there, live, cancellationToken).ConfigureAwait(false);
            return ToReport(series, there, CopyOutcome.Copied, CopySource.IsServerSide(series, archive, source.Store, destination));
        }
    }

    private async Task<CopyReport> CopyLockedAsync(
        StoredSeries series, StoredSeries? there, SeriesLockHandle handle, CancellationToken cancellationToken)
    {
        for (int attempt = 1; attempt <= MaxAttempts; attempt++)
        {
            // What was read before the lock was held may be old by now; so may be what an earlier attempt has read.
            series = await StoredSeries.ReadAsync(source.Store, _from, series, source.Options.Decompression, cancellationToken).ConfigureAwait(false)
                ?? throw new CodObjectNotFoundException(SourceUri);
            there = await StoredSeries.ReadAsync(destination.Store, _to, there, destination.Options.Decompression, cancellationToken).ConfigureAwait(false);
            if (await IsSameAsync(series, there, cancellationToken).ConfigureAwait(false))
            {
                return ToReport(series, there, CopyOutcome.Same, isServerSide: false);
            }

            RequireReplaceable(series, there);
            if (await TryCopyAsync(series, there, handle, cancellationToken).ConfigureAwait(false) is { } report)
            {
                return report;
            }

            await Task.Delay(FirstBackoff * Math.Pow(2, attempt - 1), source.Options.TimeProvider, cancellationToken).ConfigureAwait(false);
        }

        throw new SeriesChangedException(SourceUri, MaxAttempts);
    }

    /// <summary>Copies the series; gives null when the source is not that any more, or may not be, and nothing was written.</summary>
    private async Task<CopyReport?> TryCopyAsync(
        StoredSeries series, StoredSeries? there, SeriesLockHandle handle, CancellationToken cancellationToken)
    {
        var opened = new CopySource(series, _from, source.Store, destination);
        await using (opened.ConfigureAwait(false))
        {
            if (!await TryReadAsync(opened, cancellationToken).ConfigureAwait(false))
            {
                return null;
            }

            bool isServerSide = opened.Archive?.Origin is not null;
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                await CommitAsync(opened, there, handle).ConfigureAwait(false);
                return ToReport(series, there, CopyOutcome.Copied, isServerSide);
            }
            catch (ObjectRequestException error) when (isServerSide && error.Status == System.Net.HttpStatusCode.NotFound)
            {
                // The archive that was to be copied is not there any more.
                return null;
            }
        }
    }

    /// <summary>Reads the source in one state; false where that has to be tried again.</summary>
    private async Task<bool> TryReadAsync(CopySource opened, CancellationToken cancellationToken)
    {
        bool isProvenByRest = opened.Series.Metadata.Tar is null;
        if (isProvenByRest && await IsSourceLockedAsync(cancellationToken).ConfigureAwait(false))
        {
            return false;
        }

        try
        {
            await opened.ReadAsync(cancellationToken).ConfigureAwait(false);
            return !isProvenByRest || await IsAtRestAsync(opened.Series, cancellationToken).ConfigureAwait(false);
        }
        catch (SeriesDamagedException)
        {
            if (await IsAtRestAsync(opened.Series, cancellationToken).ConfigureAwait(false))
            {
                throw;
            }

            return false;
        }
        catch (PreconditionFailedException)
        {
            return false;
        }
        catch (ChecksumMismatchException) when (!_hasMismatched)
        {
            _hasMismatched = true;
            return false;
        }
    }

    /// <summary>Whether nobody writes the source, and nobody has since it was read: a writer commits before it releases its lock.</summary>
    private async Task<bool> IsAtRestAsync(StoredSeries series, CancellationToken cancellationToken) =>
        !await IsSourceLockedAsync(cancellationToken).ConfigureAwait(false)
        && ReferenceEquals(await StoredSeries.ReadAsync(source.Store, _from, series, source.Options.Decompression, cancellationToken).ConfigureAwait(false), series);

    private async Task<bool> IsSourceLockedAsync(CancellationToken cancellationToken) =>
        await source.Store.GetInfoAsync(_from.Lock, cancellationToken).ConfigureAwait(false) is not null;

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

    private CopyReport ToReport(StoredSeries series, StoredSeries? there, CopyOutcome outcome, bool isServerSide) => new()
    {
        SourceUri = SourceUri,
        DestinationUri = DestinationUri,
        Outcome = outcome,
        HasWritten = outcome == CopyOutcome.Copied && !options.DryRun,
        Instances = series.Metadata.Instances.Count,
        InstanceBytes = series.Metadata.Instances.Sum(record => record.SizeBytes),
        ReplacedInstances = outcome == CopyOutcome.Copied ? there?.Metadata.Instances.Count ?? 0 : 0,
        IsServerSide = isServerSide,
    };
}
