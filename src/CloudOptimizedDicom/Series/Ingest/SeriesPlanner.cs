using CloudOptimizedDicom.Json;
using CloudOptimizedDicom.Metadata;
using CloudOptimizedDicom.Tar;

namespace CloudOptimizedDicom;

/// <summary>Tells what storing instances of one series would do. It makes the decisions of <see cref="AppendSession"/> by what is known without storing.</summary>
/// <param name="datastore">The datastore.</param>
/// <param name="group">The instances.</param>
/// <param name="options">How the instances would be stored.</param>
/// <param name="mayReplace">Whether a write may replace what the series has.</param>
internal sealed class SeriesPlanner(CodDatastore datastore, SeriesGroup group, IngestOptions options, bool mayReplace)
{
    private readonly SeriesNames _names = datastore.Name(group.Id);
    private readonly Dictionary<string, Instance> _newByUid = [];
    private readonly List<Instance> _same = [];
    private readonly List<Instance> _conflict = [];
    private readonly List<AppendError> _errors = [];
    private readonly List<InstanceWarning> _warnings = [];
    private TranscodedInstances? _transcoded;
    private long _seriesBytes;
    private bool _isSameByHints = true;
    private bool _notesConflicts;
    private RequestEstimate _cost;

    public async Task<SeriesPlan> PlanAsync(CancellationToken cancellationToken)
    {
        try
        {
            StoredSeries? stored = await ReadStoredAsync(cancellationToken).ConfigureAwait(false);
            SeriesMetadata metadata = stored is not null && options.Mode == CodMode.Append
                ? stored.Metadata
                : new SeriesMetadata(group.Id, stored?.Metadata.UsesHashedUids ?? options.OpenSeries.UsesHashedUids, MetadataVersion.V2);
            _seriesBytes = AppendSession.BytesOf(metadata);
            foreach (Instance instance in group.Instances.Distinct())
            {
                await PlanAsync(instance, metadata, cancellationToken).ConfigureAwait(false);
            }

            return await FinishAsync(stored, metadata, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (error is CodException or IOException or UnauthorizedAccessException)
        {
            // The run meets the same after its first two requests.
            _cost += datastore.Store.IsRemote ? new RequestEstimate(ClassB: 2) : default;
            var failed = new SeriesIngest { Id = group.Id, IsRepeat = group.IsRepeat, Errors = [.. group.Instances.Select(instance => new AppendError(instance, error))] };
            return new SeriesPlan { Outcome = failed, Cost = _cost, ArchiveBytes = 0 };
        }
    }

    /// <summary>What the series has; null when it is to be begun.</summary>
    private async Task<StoredSeries?> ReadStoredAsync(CancellationToken cancellationToken)
    {
        try
        {
            CodObject series = await datastore.OpenSeriesAsync(group.Id.StudyUid, group.Id.SeriesUid, CodMode.Read, options.OpenSeries, cancellationToken).ConfigureAwait(false);
            await using (series.ConfigureAwait(false))
            {
                return series.Stored;
            }
        }
        catch (CodObjectNotFoundException) when (options.OpenSeries.CreateIfMissing)
        {
            return null;
        }
    }

    private async Task PlanAsync(Instance instance, SeriesMetadata metadata, CancellationToken cancellationToken)
    {
        try
        {
            AppendSession.RequireHasher(instance, metadata);
            bool isInBucket = datastore.Sources.Resolve(instance.Address) is ObjectInstanceSource;
            bool needsHeader = instance.Hints is not { InstanceUid: not null, SeriesUid: not null, StudyUid: not null };
            if (needsHeader && isInBucket)
            {
                InstanceHead head = await instance.ReadHeadAsync(datastore.Sources, cancellationToken).ConfigureAwait(false);
                _cost += new RequestEstimate(ClassB: head.Requests, BytesDown: head.BytesRead);
            }

            if (HintCheck.IsSame(instance, metadata))
            {
                _same.Add(instance);
                return;
            }

            _isSameByHints = false;
            await DecideAsync(instance, metadata, cancellationToken).ConfigureAwait(false);
            if (isInBucket)
            {
                _cost += new RequestEstimate(ClassB: 1, BytesDown: instance.KnownSizeBytes!.Value);
            }
        }
        catch (Exception error) when (AppendSession.IsOfInstance(error))
        {
            _isSameByHints = false;
            _errors.Add(new AppendError(instance, error));
        }
    }

    private async Task DecideAsync(Instance instance, SeriesMetadata metadata, CancellationToken cancellationToken)
    {
        if (instance.KnownSizeBytes is null || instance.KnownUids is null)
        {
            await instance.ReadHeadAsync(datastore.Sources, cancellationToken).ConfigureAwait(false);
        }

        long size = instance.KnownSizeBytes!.Value;
        PreparedInstance.RequirePrefix(instance.KnownPrefix ?? true);
        string uid = AppendSession.RequireBelongs(instance, instance.KnownUids!, group.Id);
        instance.StoredUid = uid;
        if (size > options.Append.MaxInstanceBytes)
        {
            throw new InstanceTooLargeException(instance.OriginalPath, size, options.Append.MaxInstanceBytes);
        }

        if (metadata.TryGetInstance(uid, out InstanceRecord? existing))
        {
            bool isSame = existing.SizeBytes == size && existing.Crc32c == await ChecksumAsync(instance, cancellationToken).ConfigureAwait(false);
            (isSame ? _same : _conflict).Add(instance);
            _notesConflicts |= !isSame && AppendSession.IsRemote(instance) && !existing.DiffHashDupePaths.Contains(instance.OriginalPath);
        }
        else if (_newByUid.TryGetValue(uid, out Instance? first))
        {
            bool isSame = first.KnownSizeBytes == size
                && await ChecksumAsync(first, cancellationToken).ConfigureAwait(false) == await ChecksumAsync(instance, cancellationToken).ConfigureAwait(false);
            (isSame ? _same : _conflict).Add(instance);
        }
        else
        {
            await DecideNewAsync(instance, uid, metadata, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task DecideNewAsync(Instance instance, string uid, SeriesMetadata metadata, CancellationToken cancellationToken)
    {
        StoredPicture? picture = await FindPictureAsync(instance, metadata, cancellationToken).ConfigureAwait(false);
        if (options.Append.SameByPath && picture is { IsSamePath: true, Record: var same })
        {
            instance.StoredUid = same.Uid;
            _same.Add(instance);
            return;
        }

        long size = instance.KnownSizeBytes!.Value;
        if (size > options.Append.MaxSeriesBytes - _seriesBytes)
        {
            throw new SeriesTooLargeException(instance.OriginalPath, size, _seriesBytes, options.Append.MaxSeriesBytes);
        }

        _newByUid.Add(uid, instance);
        _seriesBytes += size;
        if (picture is not null)
        {
            _warnings.Add(picture.ToWarning(instance));
        }
    }

    /// <summary>The picture that Python has stored of a new instance. Its tags are read again; few instances need that.</summary>
    private async Task<StoredPicture?> FindPictureAsync(Instance instance, SeriesMetadata metadata, CancellationToken cancellationToken)
    {
        _transcoded ??= new TranscodedInstances(metadata);
        if (!_transcoded.MayHave(instance.OriginalPath))
        {
            return null;
        }

        DicomJsonDataset? tags = null;
        await InstanceHead.ReadAsync(
            datastore.Sources.Resolve(instance.Address), cancellationToken, dataset => tags = InstanceScanner.ToTags(dataset)).ConfigureAwait(false);
        return _transcoded.Find(instance.OriginalPath, tags!);
    }

    /// <summary>From the hints, or what a bucket says of its object; anything else is read.</summary>
    private async Task<uint> ChecksumAsync(Instance instance, CancellationToken cancellationToken) => instance.KnownCrc32c
        ?? (await instance.ReadHeadAsync(datastore.Sources, cancellationToken).ConfigureAwait(false)).Crc32c
        ?? (await datastore.ScanAsync(instance, cancellationToken).ConfigureAwait(false)).Crc32c;

    private async Task<SeriesPlan> FinishAsync(StoredSeries? stored, SeriesMetadata metadata, CancellationToken cancellationToken)
    {
        if (options.Mode == CodMode.Write && stored?.Metadata.Instances.Count > 0 && (!mayReplace || _errors.Count > 0))
        {
            _errors.AddRange(_newByUid.Values.Select(instance => new AppendError(instance, CodDatastore.NotReplaced())));
            _newByUid.Clear();
        }

        long archiveBytes = _newByUid.Count == 0 ? 0 : ArchiveBytes(metadata);
        if (datastore.Store.IsRemote)
        {
            _cost += await CostOfStoringAsync(stored, metadata, archiveBytes, cancellationToken).ConfigureAwait(false);
        }

        var outcome = new SeriesIngest { Id = group.Id, IsRepeat = group.IsRepeat, New = [.. _newByUid.Values], Same = _same, Conflict = _conflict, Errors = _errors, Warnings = _warnings };
        return new SeriesPlan { Outcome = outcome, Cost = _cost, ArchiveBytes = archiveBytes };
    }

    private long ArchiveBytes(SeriesMetadata metadata)
    {
        long end = metadata.Instances.Count == 0 ? 0 : TarBlock.RoundUp(metadata.Instances.Max(record => record.ArchiveRange.End));
        foreach ((string uid, Instance instance) in _newByUid)
        {
            long size = instance.KnownSizeBytes!.Value;
            end += SeriesTarWriter.HeaderBytes(SeriesNames.Member(uid), size) + TarBlock.RoundUp(size);
        }

        return SeriesTarWriter.LengthOf(end);
    }

    /// <summary>The table of requests, as <c>docs/ARCHITECTURE.md</c> has it.</summary>
    private async Task<RequestEstimate> CostOfStoringAsync(
        StoredSeries? stored, SeriesMetadata metadata, long archiveBytes, CancellationToken cancellationToken)
    {
        // The error log and the metadata.
        var cost = new RequestEstimate(ClassB: 2, BytesDown: stored?.Info.SizeBytes ?? 0);
        if (stored is not null && options.Mode == CodMode.Append && _isSameByHints && !options.Append.DeleteLocalOrigin)
        {
            return cost;
        }

        // The lock, the metadata again, and the release.
        cost += new RequestEstimate(ClassA: 1, ClassB: 1, Free: 1);
        if (archiveBytes == 0)
        {
            return _notesConflicts ? cost + new RequestEstimate(ClassA: 1) : cost;
        }

        // The archive, its index and the metadata.
        cost += new RequestEstimate(ClassA: 3, BytesUp: archiveBytes);
        if (metadata.Instances.Count > 0)
        {
            long down = stored!.Metadata.Tar?.SizeBytes
                ?? (await datastore.Store.GetInfoAsync(_names.Tar, cancellationToken).ConfigureAwait(false))?.SizeBytes ?? 0;
            cost += new RequestEstimate(ClassB: 1, BytesDown: down);
        }

        // What a series of Python does not tell of its archive and index is asked for; so is an archive without instances.
        bool asksForArchive = stored is not null && metadata.Instances.Count == 0 && (stored.Metadata.Tar is null || options.Mode == CodMode.Append);
        bool asksForIndex = stored is not null && stored.Metadata.Index is null;
        return cost + new RequestEstimate(ClassB: (asksForArchive ? 1 : 0) + (asksForIndex ? 1 : 0));
    }
}
