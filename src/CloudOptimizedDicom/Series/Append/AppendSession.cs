using CloudOptimizedDicom.Metadata;

namespace CloudOptimizedDicom;

/// <summary>
/// One call of append. Instances are read and scanned side by side, and taken into the archive one by one in the order
/// given. What it makes is a copy of the metadata; whoever runs it takes that over, or rolls the archive back.
/// </summary>
/// <param name="names">The series.</param>
/// <param name="metadata">A copy of the metadata, to be added to.</param>
/// <param name="archiveUri">The archive as records name it.</param>
/// <param name="sources">Finds the instances.</param>
/// <param name="openScratch">Gives the archive to add to, at the first instance that is new.</param>
/// <param name="openStored">Opens an instance that the series has.</param>
/// <param name="options">How.</param>
/// <param name="scratchDirectory">Where files of a moment are; null for the system's directory for them.</param>
/// <param name="timeProvider">The clock.</param>
internal sealed partial class AppendSession(
    SeriesNames names,
    SeriesMetadata metadata,
    string archiveUri,
    InstanceSources sources,
    Func<CancellationToken, Task<ScratchArchive>> openScratch,
    Func<InstanceRecord, CancellationToken, Task<Stream>> openStored,
    AppendOptions options,
    string? scratchDirectory,
    TimeProvider timeProvider)
{
    private readonly List<Instance> _new = [];
    private readonly List<Instance> _same = [];
    private readonly List<Instance> _conflict = [];
    private readonly List<AppendError> _errors = [];
    private readonly List<InstanceWarning> _warnings = [];
    private readonly TranscodedInstances _transcoded = new(metadata);
    private readonly Dictionary<Instance, AppendReason> _reasons = new(ReferenceEqualityComparer.Instance);
    private readonly List<LocalOrigin> _origins = [];
    private long _seriesBytes = BytesOf(metadata);
    private int _instancesDone;
    private long _bytesDone;

    /// <summary>Whether the metadata differs from what it was.</summary>
    public bool HasChanges { get; private set; }

    /// <summary>What was added.</summary>
    public IReadOnlyList<Instance> Added => _new;

    /// <summary>The files that are to be deleted once their bytes are stored.</summary>
    public IReadOnlyList<LocalOrigin> Origins => _origins;

    public async Task<AppendResult> RunAsync(IEnumerable<Instance> instances, CancellationToken cancellationToken)
    {
        var opening = new Queue<Opening>();
        var given = new HashSet<Instance>(ReferenceEqualityComparer.Instance);
        try
        {
            foreach (Instance instance in instances.Where(given.Add))
            {
                opening.Enqueue(Begin(instance, cancellationToken));
                if (opening.Count >= Math.Max(1, options.MaxParallelism))
                {
                    await TakeNextAsync(opening, cancellationToken).ConfigureAwait(false);
                }
            }

            while (opening.Count > 0)
            {
                await TakeNextAsync(opening, cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            await DisposeAllAsync(opening).ConfigureAwait(false);
        }

        return new AppendResult { New = _new, Same = _same, Conflict = _conflict, Errors = _errors, Warnings = _warnings, Reasons = _reasons };
    }

    /// <summary>Begins to read an instance, unless what is known of it says that this is in vain.</summary>
    private Opening Begin(Instance instance, CancellationToken cancellationToken)
    {
        try
        {
            RequireHasher(instance, metadata);
            IInstanceSource? source = options.DeleteLocalOrigin && instance.Record is null ? sources.Resolve(instance.Address) : null;
            bool isOrigin = source is FileInstanceSource file && LocalOrigin.Exists(file);
            if (!isOrigin && HintCheck.IsSame(instance, metadata))
            {
                return new Opening(instance, Prepared: null, IsSame: true, isOrigin);
            }

            if (instance.Hints.SizeBytes is { } size && size > options.MaxInstanceBytes)
            {
                throw new InstanceTooLargeException(instance.OriginalPath, size, options.MaxInstanceBytes);
            }

            // Those before it may bring its UID, so that it need not fit: that is seen when it is its turn.
            return new Opening(instance, IsTooMuch(instance) ? null : OpenAsync(instance, cancellationToken), IsSame: false, isOrigin);
        }
        catch (Exception error) when (IsOfInstance(error))
        {
            return new Opening(instance, Task.FromException<PreparedInstance>(error), IsSame: false, IsOrigin: false);
        }
    }

    /// <summary>Whether hints say that the instance is new and that there is no room for it.</summary>
    private bool IsTooMuch(Instance instance) => instance.Hints.SizeBytes is { } size && size > options.MaxSeriesBytes - _seriesBytes
        && instance.KnownUids is { } uids && !metadata.TryGetInstance(instance.ToStored(uids.InstanceUid), out _)
        && !(options.SameByPath && _transcoded.MayHave(instance.OriginalPath));

    private static async Task DisposeAllAsync(Queue<Opening> opening)
    {
        foreach (Task<PreparedInstance> prepared in opening.Select(entry => entry.Prepared).OfType<Task<PreparedInstance>>())
        {
            await prepared.ContinueWith(
                static task => task.IsCompletedSuccessfully ? task.Result.DisposeAsync().AsTask() : Task.CompletedTask,
                CancellationToken.None,
                TaskContinuationOptions.ExecuteSynchronously,
                TaskScheduler.Default).Unwrap().ConfigureAwait(false);
        }
    }

    private Task<PreparedInstance> OpenAsync(Instance instance, CancellationToken cancellationToken) => Task.Run(
        () => PreparedInstance.OpenAsync(
            instance,
            sources.Resolve(instance.Address, options.MaxInstanceBytes),
            options.MaxInstanceBytes,
            uids => BulkDataUri(instance.ToStored(uids.InstanceUid)),
            cancellationToken),
        cancellationToken);

    private string BulkDataUri(string uid) => $"{archiveUri}://{SeriesNames.Member(uid)}";

    private async Task TakeNextAsync(Queue<Opening> openings, CancellationToken cancellationToken)
    {
        Opening opening = openings.Dequeue();
        Instance instance = opening.Instance;
        if (opening.IsSame)
        {
            Take(instance, _same, AppendReason.SameByHints);
            Report(instance.Hints.SizeBytes ?? 0);
            return;
        }

        long bytes = 0;
        try
        {
            if (opening.Prepared is null && IsTooMuch(instance))
            {
                throw new SeriesTooLargeException(instance.OriginalPath, instance.Hints.SizeBytes ?? 0, _seriesBytes, options.MaxSeriesBytes);
            }

            PreparedInstance prepared = await (opening.Prepared ?? OpenAsync(instance, cancellationToken)).ConfigureAwait(false);
            await using (prepared.ConfigureAwait(false))
            {
                bytes = prepared.SizeBytes;
                uint crc32c = await TakeAsync(prepared, cancellationToken).ConfigureAwait(false);
                if (opening.IsOrigin && prepared.File is { } file
                    && _reasons[instance] is AppendReason.NewUid or AppendReason.StoredUnderOtherUid or AppendReason.SameBytes or AppendReason.ReplacedBeginning)
                {
                    _origins.Add(new LocalOrigin(file.Path, file.Stamp) { StoredUid = instance.StoredUid, Crc32c = crc32c });
                }
            }
        }
        catch (Exception error) when (IsOfInstance(error))
        {
            _errors.Add(new AppendError(instance, error));
            _reasons[instance] = error is SourceChangedException ? AppendReason.SourceChanged : AppendReason.Failed;
        }

        _warnings.AddRange(instance.Warnings.Select(warning => new InstanceWarning(instance, InstanceWarningKind.NotConforming, warning.Message) { Dicom = warning }));
        Report(bytes);
    }

    private void Take(Instance instance, List<Instance> list, AppendReason reason)
    {
        list.Add(instance);
        _reasons[instance] = reason;
    }

    private void Report(long bytes) => options.Progress?.Report(new InstanceProgress(++_instancesDone, _bytesDone += bytes));

    /// <summary>Takes an instance in, or finds that it is there; the result is its checksum.</summary>
    private async Task<uint> TakeAsync(PreparedInstance prepared, CancellationToken cancellationToken)
    {
        Instance instance = prepared.Instance;
        instance.Warnings = prepared.Scan?.Warnings ?? [];
        string uid = RequireBelongs(instance, prepared.Uids, names.Id);
        instance.StoredUid = uid;
        HintCheck.Require(instance, prepared.Uids, prepared.SizeBytes, prepared.Scan?.Crc32c);
        if (metadata.TryGetInstance(uid, out InstanceRecord? existing))
        {
            var beginning = new PrefixChecksumStream(existing.SizeBytes);
            await using (beginning.ConfigureAwait(false))
            {
                uint crc32c = prepared.Scan?.Crc32c
                    ?? (await ScanStreamAsync(prepared, beginning, uid, cancellationToken).ConfigureAwait(false)).Crc32c;
                if (prepared.Scan is not null && existing.SizeBytes < prepared.SizeBytes)
                {
                    beginning.Write(prepared.Bytes.Span);
                }

                HintCheck.Require(instance, prepared.Uids, prepared.SizeBytes, crc32c);
                await CompareAsync(prepared, existing, crc32c, beginning.Crc32c, cancellationToken).ConfigureAwait(false);
                return crc32c;
            }
        }

        StoredPicture? picture = _transcoded.MayHave(instance.OriginalPath)
            ? _transcoded.Find(instance.OriginalPath, await prepared.ReadTagsAsync(cancellationToken).ConfigureAwait(false))
            : null;
        if (options.SameByPath && picture is { IsSamePath: true, Record: var same })
        {
            instance.StoredUid = same.Uid;
            Take(instance, _same, AppendReason.SameByPath);
            return same.Crc32c;
        }

        RequireRoom(prepared, replacedBytes: 0);
        ScratchArchive scratch = await openScratch(cancellationToken).ConfigureAwait(false);
        InstanceRecord record = await AddAsync(prepared, uid, scratch, cancellationToken).ConfigureAwait(false);
        metadata.Add(record);
        instance.Record = record;
        instance.DicomUri = $"{scratch.Path}://{SeriesNames.Member(uid)}";
        HasChanges = true;
        _seriesBytes += record.SizeBytes;
        Take(instance, _new, picture is null ? AppendReason.NewUid : AppendReason.StoredUnderOtherUid);
        if (picture is not null)
        {
            _warnings.Add(picture.ToWarning(instance));
        }

        return record.Crc32c;
    }

    private void RequireRoom(PreparedInstance prepared, long replacedBytes)
    {
        if (prepared.SizeBytes - replacedBytes > options.MaxSeriesBytes - _seriesBytes)
        {
            throw new SeriesTooLargeException(prepared.Instance.OriginalPath, prepared.SizeBytes, _seriesBytes, options.MaxSeriesBytes);
        }
    }

    private void RequireNoWarnings(Instance instance)
    {
        if (options.Strict && instance.Warnings.Count > 0)
        {
            throw new InstanceRefusedException(instance.OriginalPath, instance.Warnings);
        }
    }

    /// <summary>Adds an instance to the archive; whatever goes wrong takes it back.</summary>
    private async Task<InstanceRecord> AddAsync(PreparedInstance prepared, string uid, ScratchArchive scratch, CancellationToken cancellationToken)
    {
        if (prepared.Scan is not { } scan)
        {
            return await StreamAsync(prepared, uid, scratch, cancellationToken).ConfigureAwait(false);
        }

        RequireNoWarnings(prepared.Instance);
        return NewRecord(prepared, scan, uid, scratch.Add(SeriesNames.Member(uid), prepared.Bytes, scan.Crc32c));
    }

    private async Task<InstanceRecord> StreamAsync(PreparedInstance prepared, string uid, ScratchArchive scratch, CancellationToken cancellationToken)
    {
        InstanceScan? scan = null;
        ByteRange range = await scratch.AddAsync(
            SeriesNames.Member(uid),
            prepared.SizeBytes,
            async (member, token) =>
            {
                scan = await ScanStreamAsync(prepared, member, uid, token).ConfigureAwait(false);
                RequireNoWarnings(prepared.Instance);
                HintCheck.Require(prepared.Instance, prepared.Uids, scan.SizeBytes, scan.Crc32c);
                return scan.Crc32c;
            },
            cancellationToken).ConfigureAwait(false);
        return NewRecord(prepared, scan!, uid, range);
    }

    private async Task<InstanceScan> ScanStreamAsync(PreparedInstance prepared, Stream? copyTo, string uid, CancellationToken cancellationToken)
    {
        InstanceScan scan = await InstanceScanner.ScanAsync(
            prepared.Stream, copyTo, _ => BulkDataUri(uid), cancellationToken).ConfigureAwait(false);
        prepared.RequireEnd(scan);
        prepared.Instance.Warnings = scan.Warnings;
        return scan.SizeBytes == prepared.SizeBytes && InstanceUids.From(scan) == prepared.Uids
            ? scan
            : throw new SourceChangedException(prepared.Instance.DicomUri, prepared.SizeBytes, scan.SizeBytes);
    }

    private InstanceRecord NewRecord(PreparedInstance prepared, InstanceScan scan, string uid, ByteRange range) => InstanceRecord.Create(
        scan, uid, range, prepared.Instance.OriginalPath, prepared.Instance.Dependencies, metadata.Version, timeProvider.GetUtcNow());

    /// <param name="Instance">An instance whose turn comes.</param>
    /// <param name="Prepared">Its reading; null when it has not begun.</param>
    /// <param name="IsSame">Whether it is stored already, as far as its hints tell.</param>
    /// <param name="IsOrigin">Whether it is a file that is to be deleted.</param>
    private sealed record Opening(Instance Instance, Task<PreparedInstance>? Prepared, bool IsSame, bool IsOrigin);
}
