using CloudOptimizedDicom.Diagnostics;
using CloudOptimizedDicom.Metadata;
using CloudOptimizedDicom.Storage;
using CloudOptimizedDicom.Tar;

namespace CloudOptimizedDicom;

public sealed partial class CodObject
{
    private ScratchArchive? _scratch;

    /// <summary>
    /// Takes instances into the series. They are on this machine afterwards, and in the datastore after a sync. One that
    /// cannot be taken costs no other.
    /// </summary>
    /// <param name="instances">The instances, in the order in which they are to be stored.</param>
    /// <param name="options">How; <see langword="null"/> for the defaults.</param>
    /// <param name="cancellationToken">Ends the call early; the series is as before then.</param>
    /// <returns>What became of each.</returns>
    /// <exception cref="WriteOperationInReadModeException">The series is open for reading.</exception>
    /// <exception cref="InvalidOperationException">Another call is changing the series.</exception>
    /// <exception cref="SeriesDamagedException">The stored archive is not the one that the metadata describes.</exception>
    /// <exception cref="ObjectStoreException">The store did not answer.</exception>
    /// <exception cref="IOException">There is no room for the archive on this machine.</exception>
    public Task<AppendResult> AppendAsync(
        IEnumerable<Instance> instances, AppendOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(instances);
        return CodActivitySource.TraceAsync(CodActivitySource.Append, Uri, async activity =>
        {
            AppendResult result = await AppendUntracedAsync(instances, options, cancellationToken).ConfigureAwait(false);
            activity?.SetTag(TelemetryTag.Count, result.Reasons.Count);
            AppendMeasurement.Count(_datastore.Meter, result);
            return result;
        });
    }

    private async Task<AppendResult> AppendUntracedAsync(IEnumerable<Instance> instances, AppendOptions? options, CancellationToken cancellationToken)
    {
        using Change change = BeginChange("An append");
        SeriesMetadata edited = _current.Clone();
        ScratchArchive.Mark? mark = _scratch?.GetMark();
        async Task<ScratchArchive> OpenScratch(CancellationToken token)
        {
            ScratchArchive scratch = _scratch ??= await OpenScratchAsync(removed: [], token).ConfigureAwait(false);
            mark ??= scratch.GetMark();
            return scratch;
        }

        var session = new AppendSession(
            _names,
            edited,
            ArchiveUri,
            _datastore.Sources,
            OpenScratch,
            OpenStoredAsync,
            options ?? new AppendOptions(),
            _datastore.Options.ScratchDirectory,
            _datastore.Options.TimeProvider);
        try
        {
            AppendResult result = await session.RunAsync(instances, cancellationToken).ConfigureAwait(false);
            if (session.Replaced.Count > 0)
            {
                await DropReplacedAsync(session, result, edited, cancellationToken).ConfigureAwait(false);
                return result;
            }

            _current = edited;
            _isMetadataChanged |= session.HasChanges;
            _isArchiveChanged |= session.Added.Count > 0;
            KeepAppended(session, result);
            return result;
        }
        catch
        {
            TakeBack(session, mark);
            throw;
        }
    }

    private void KeepAppended(AppendSession session, AppendResult result)
    {
        foreach (Instance added in session.Added)
        {
            if (_appended.Remove(added.Record!.Uid, out Instance? earlier))
            {
                earlier.Discard();
            }

            _appended[added.Record.Uid] = added;
        }

        _origins.AddRange(session.Origins);
        NoteDependencies(result);
    }

    /// <summary>Takes instances out of the archive in whose place others are, which are in it already.</summary>
    private async Task DropReplacedAsync(AppendSession session, AppendResult result, SeriesMetadata edited, CancellationToken cancellationToken)
    {
        ScratchArchive old = _scratch!;
        (ScratchArchive repacked, SeriesMetadata moved) = await RepackAsync(old, edited, session.Replaced, cancellationToken).ConfigureAwait(false);
        KeepAppended(session, result);
        GoOnWith(repacked, moved);
        old.Dispose();
    }

    /// <summary>The bytes of an instance that the series has, of a session that may have it on this machine only.</summary>
    private async Task<Stream> OpenStoredAsync(InstanceRecord record, CancellationToken cancellationToken) => _scratch is { } scratch
        ? new InstanceStream(record, ArchiveUri, (range, _) => Task.FromResult(new OpenedRange(scratch.OpenRead(record, range), IsWhole: false)), _datastore.Meter)
        : (await Reader.OpenAsync(record, new ByteRange(0, record.SizeBytes), cancellationToken).ConfigureAwait(false)).Content;

    /// <summary>The archive is as it was, and the instances are where they came from.</summary>
    private void TakeBack(AppendSession session, ScratchArchive.Mark? mark)
    {
        if (mark is { } before)
        {
            _scratch?.RollBack(before);
        }

        foreach (Instance added in session.Added)
        {
            added.Discard();
        }
    }

    /// <summary>Begins the archive or, where there is one to go on with, brings it here.</summary>
    /// <param name="removed">Instances that are about to go, so that it does not matter whether they are damaged.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    private async Task<ScratchArchive> OpenScratchAsync(IReadOnlyCollection<InstanceRecord> removed, CancellationToken cancellationToken)
    {
        var place = new ScratchPlace(_store.StagingDirectory, _datastore.Options.ScratchDirectory);
        if (_current.Instances.Count == 0)
        {
            return ScratchArchive.Create(place);
        }

        Task<ScratchArchive> Download(ObjectReadOptions options) => WholeRead.RunDamagedAsync(
            _store,
            _names.Tar,
            options,
            content => DownloadScratchAsync(
                place, content ?? throw new SeriesDamagedException(Uri, "there is metadata, but no archive"), removed, cancellationToken),
            cancellationToken);
        try
        {
            return await Download(new ObjectReadOptions { IfGenerationMatch = _current.Tar?.Generation }).ConfigureAwait(false);
        }
        catch (PreconditionFailedException)
        {
            // A copied store has other generations of the same bytes.
            return await Download(new ObjectReadOptions()).ConfigureAwait(false);
        }
    }

    private async Task<ScratchArchive> DownloadScratchAsync(
        ScratchPlace place, ObjectContent content, IReadOnlyCollection<InstanceRecord> removed, CancellationToken cancellationToken)
    {
        long recordsEnd = _current.Instances.Max(record => record.ArchiveRange.End);
        ScratchArchive? scratch = null;
        try
        {
            scratch = await ScratchArchive.DownloadAsync(place, content, _current.Tar, recordsEnd, cancellationToken).ConfigureAwait(false);
            ArchiveStanding standing = await FindStandingAsync(scratch, content.Info, cancellationToken).ConfigureAwait(false);
            if (scratch.Difference is { } difference)
            {
                await RequireProvenAsync(scratch, removed, difference, standing.Match == ArchiveMatch.Own, cancellationToken).ConfigureAwait(false);
            }

            string? fault = await new ArchiveProof(_current, Id, ArchiveUri).FindFaultAsync(
                standing, scratch.Members, scratch.ChecksumAsync, scratch.OpenRead, cancellationToken).ConfigureAwait(false);
            _archiveFence = fault is null ? standing.Fence : throw new SeriesDamagedException(Uri, fault);
            return scratch;
        }
        catch (Exception error)
        {
            scratch?.Dispose();
            if (error is InvalidDataException or TarFormatException or EndOfStreamException)
            {
                throw new SeriesDamagedException(Uri, $"the archive does not fit the metadata ({error.Message})", error);
            }

            throw;
        }
    }

    /// <summary>
    /// An archive with other bytes than the recorded ones is nothing to build on, unless it is the very one that was committed, and
    /// the damage goes with the instances that are removed.
    /// </summary>
    private async Task RequireProvenAsync(
        ScratchArchive scratch, IReadOnlyCollection<InstanceRecord> removed, string difference, bool isCommitted, CancellationToken cancellationToken)
    {
        HashSet<string> gone = [.. removed.Select(record => record.Uid)];
        string? faults = await DamagedInstances.DescribeAsync(
            _current.Instances.Where(record => !gone.Contains(record.Uid)), _current.Tar!.SizeBytes, scratch.ChecksumAsync, cancellationToken).ConfigureAwait(false);
        if (faults is not null || removed.Count == 0 || !isCommitted)
        {
            throw new InvalidDataException(faults ?? difference);
        }
    }

    /// <summary>
    /// What the archive is that was brought here. The answer with its bytes does not say who uploaded it, so that is asked where
    /// this library may have: it writes members without a time, Python never does.
    /// </summary>
    private async Task<ArchiveStanding> FindStandingAsync(ScratchArchive scratch, ObjectInfo read, CancellationToken cancellationToken)
    {
        bool mayBeMarked = _current.Tar is null && read.UploadId is null
            && (scratch.Members.Count != _current.Instances.Count || scratch.Members.Any(member => member.ModifiedTime == 0));
        ObjectInfo? live = mayBeMarked ? await _store.GetInfoAsync(_names.Tar, cancellationToken).ConfigureAwait(false) : null;
        return ArchiveStanding.Of(_current, live?.Generation == read.Generation ? live : read, _current.Tar?.Crc32c);
    }

    private void CloseScratch()
    {
        _scratch?.Dispose();
        _scratch = null;
    }
}
