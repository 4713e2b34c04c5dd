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
/// <param name="options">How.</param>
/// <param name="timeProvider">The clock.</param>
internal sealed class AppendSession(
    SeriesNames names,
    SeriesMetadata metadata,
    string archiveUri,
    InstanceSources sources,
    Func<CancellationToken, Task<ScratchArchive>> openScratch,
    AppendOptions options,
    TimeProvider timeProvider)
{
    private readonly List<Instance> _new = [];
    private readonly List<Instance> _same = [];
    private readonly List<Instance> _conflict = [];
    private readonly List<AppendError> _errors = [];
    private int _instancesDone;
    private long _bytesDone;

    /// <summary>Whether the metadata differs from what it was.</summary>
    public bool HasChanges { get; private set; }

    /// <summary>What was added.</summary>
    public IReadOnlyList<Instance> Added => _new;

    public async Task<AppendResult> RunAsync(IEnumerable<Instance> instances, CancellationToken cancellationToken)
    {
        var opening = new Queue<(Instance Instance, Task<PreparedInstance>? Prepared)>();
        try
        {
            foreach (Instance instance in instances)
            {
                opening.Enqueue((instance, HintCheck.IsSame(instance, metadata) ? null : Task.Run(() => OpenAsync(instance, cancellationToken), cancellationToken)));
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

        return new AppendResult { New = _new, Same = _same, Conflict = _conflict, Errors = _errors };
    }

    private static async Task DisposeAllAsync(Queue<(Instance Instance, Task<PreparedInstance>? Prepared)> opening)
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

    private Task<PreparedInstance> OpenAsync(Instance instance, CancellationToken cancellationToken) => PreparedInstance.OpenAsync(
        instance, sources.Resolve(instance.DicomUri), uids => BulkDataUri(instance.ToStored(uids.InstanceUid)), cancellationToken);

    private string BulkDataUri(string uid) => $"{archiveUri}://{SeriesNames.Member(uid)}";

    private async Task TakeNextAsync(Queue<(Instance Instance, Task<PreparedInstance>? Prepared)> opening, CancellationToken cancellationToken)
    {
        (Instance instance, Task<PreparedInstance>? preparing) = opening.Dequeue();
        if (preparing is null)
        {
            _same.Add(instance);
            Report(instance.Hints.SizeBytes ?? 0);
            return;
        }

        long bytes = 0;
        try
        {
            PreparedInstance prepared = await preparing.ConfigureAwait(false);
            await using (prepared.ConfigureAwait(false))
            {
                bytes = prepared.SizeBytes;
                await TakeAsync(prepared, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception error) when (IsOfInstance(error))
        {
            _errors.Add(new AppendError(instance, error));
        }

        Report(bytes);
    }

    private void Report(long bytes) => options.Progress?.Report(new InstanceProgress(++_instancesDone, _bytesDone += bytes));

    /// <summary>Whether an error costs only its instance. One of the scratch disk or of the store costs the call.</summary>
    private static bool IsOfInstance(Exception error) => error
        is Part10.InvalidDicomException or SourceChangedException or SeriesMismatchException or HintMismatchException or SourceReadException;

    private async Task TakeAsync(PreparedInstance prepared, CancellationToken cancellationToken)
    {
        Instance instance = prepared.Instance;
        string uid = instance.ToStored(prepared.Uids.InstanceUid);
        RequireBelongs(instance, prepared.Uids, uid);
        instance.StoredUid = uid;
        HintCheck.Require(instance, prepared.Uids, prepared.SizeBytes, prepared.Scan?.Crc32c);
        if (metadata.TryGetInstance(uid, out InstanceRecord? existing))
        {
            uint crc32c = prepared.Scan?.Crc32c
                ?? (await ScanStreamAsync(prepared, copyTo: null, uid, cancellationToken).ConfigureAwait(false)).Crc32c;
            Compare(instance, existing, prepared.SizeBytes, crc32c);
            return;
        }

        ScratchArchive scratch = await openScratch(cancellationToken).ConfigureAwait(false);
        InstanceRecord record = prepared.Scan is { } scan
            ? NewRecord(prepared, scan, uid, scratch.Add(SeriesNames.Member(uid), prepared.Bytes, scan.Crc32c))
            : await StreamAsync(prepared, uid, scratch, cancellationToken).ConfigureAwait(false);
        metadata.Add(record);
        instance.Record = record;
        instance.DicomUri = $"{scratch.Path}://{SeriesNames.Member(uid)}";
        HasChanges = true;
        _new.Add(instance);
    }

    private void RequireBelongs(Instance instance, InstanceUids uids, string uid)
    {
        string studyUid = instance.ToStored(uids.StudyUid);
        string seriesUid = instance.ToStored(uids.SeriesUid);
        if (studyUid != names.Id.StudyUid || seriesUid != names.Id.SeriesUid)
        {
            throw new SeriesMismatchException(instance.DicomUri, names.Id, studyUid, seriesUid);
        }

        if (!DicomUid.IsSafeName(uid))
        {
            throw new Part10.InvalidDicomException(0, Part10.DicomTag.SOPInstanceUID, $"\"{uid}\" cannot name an instance");
        }
    }

    private void Compare(Instance instance, InstanceRecord existing, long sizeBytes, uint crc32c)
    {
        if (existing.SizeBytes == sizeBytes && existing.Crc32c == crc32c)
        {
            _same.Add(instance);
            return;
        }

        _conflict.Add(instance);
        bool isRemote = instance.OriginalPath.Contains("://", StringComparison.Ordinal)
            && !instance.OriginalPath.StartsWith("file:", StringComparison.OrdinalIgnoreCase);
        if (isRemote && !existing.DiffHashDupePaths.Contains(instance.OriginalPath))
        {
            metadata.Replace(existing.WithDiffHashDupePath(instance.OriginalPath, timeProvider.GetUtcNow()));
            HasChanges = true;
        }
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
        return scan.SizeBytes == prepared.SizeBytes && InstanceUids.From(scan) == prepared.Uids
            ? scan
            : throw new SourceChangedException(prepared.Instance.DicomUri, prepared.SizeBytes, scan.SizeBytes);
    }

    private InstanceRecord NewRecord(PreparedInstance prepared, InstanceScan scan, string uid, ByteRange range) => InstanceRecord.Create(
        scan, uid, range, prepared.Instance.OriginalPath, prepared.Instance.Dependencies, metadata.Version, timeProvider.GetUtcNow());
}
