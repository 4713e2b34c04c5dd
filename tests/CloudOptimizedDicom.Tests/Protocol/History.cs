using CloudOptimizedDicom.Metadata;
using CloudOptimizedDicom.Storage;
using CloudOptimizedDicom.Testing.Objects;

namespace CloudOptimizedDicom.Tests.Protocol;

/// <summary>What has happened to a series, seen from its store, and the rules that every step must keep.</summary>
internal sealed class History
{
    /// <summary>The name of an actor that repairs.</summary>
    public const string Repairer = "Repairer";

    /// <summary>What the message of a <see cref="KnownLimitException"/> begins with.</summary>
    public const string KnownLimit = "known limit: ";

    private readonly GcsObjectCore _core;
    private readonly string _bucket;
    private readonly SeriesNames _names;
    private readonly SmallInstances _instances;
    private readonly Dictionary<string, Session> _sessions = [];
    private readonly Dictionary<long, SeriesMetadata> _metadata = [];
    private readonly HashSet<(string Uid, uint Crc32c)> _recorded = [];
    private long _liveMetadata;
    private long _liveArchive;
    private readonly Dictionary<string, (long Metadata, long UnderLock)> _lastReads = [];
    private long _liveIndex;
    private long _liveLock;
    private bool _isLockBroken;
    private bool _isLiveFromNone;
    private int _deletions;

    /// <summary>Begins with what is there.</summary>
    public History(GcsObjectCore core, string bucket, SeriesNames names, SmallInstances instances)
    {
        (_core, _bucket, _names, _instances) = (core, bucket, names, instances);
        _liveIndex = core.Find(bucket, names.Index)?.Generation ?? 0;
        if (core.Find(bucket, names.Metadata) is { } live)
        {
            Note(live.Generation, SeriesMetadata.Parse(Read(names.Metadata), names.Metadata));
        }
    }

    /// <summary>How often the metadata was written.</summary>
    public int MetadataWrites => _metadata.Count;

    /// <summary>Whether a series was there and is deleted.</summary>
    public bool IsDeleted => _liveMetadata == 0 && _deletions > 0;

    /// <summary>Whether a writer that may replace the live metadata has replaced its archive, and not committed yet.</summary>
    public bool IsOverwriteBegun { get; private set; }

    /// <summary>What an actor has under way; null before it has taken a lock.</summary>
    public Session? FindSession(string actor) => _sessions.GetValueOrDefault(actor);

    /// <summary>A request was carried out just now.</summary>
    /// <param name="actor">Whose it was.</param>
    /// <param name="session">What it was part of when it was sent.</param>
    /// <param name="request">The request.</param>
    /// <param name="answer">The answer, or an exception.</param>
    public void Applied(string actor, Session? session, StoreRequest request, object? answer)
    {
        if (answer is Exception)
        {
            return;
        }

        if (request.Name == _names.Lock)
        {
            AppliedToLock(actor, session, request, answer);
        }
        else if (request.Operation == StoreRequest.Delete && answer is true)
        {
            Deleted(session!, request);
        }
        else if (request.Name == _names.Metadata && request.Operation == StoreRequest.Read)
        {
            ReadMetadata(actor, session, (answer as ObjectContent)?.Info.Generation ?? 0);
        }
        else if (request.Name == _names.Metadata && answer is ObjectInfo written && request.Operation == StoreRequest.Write && written.Generation > _liveMetadata)
        {
            WroteMetadata(session!, request, written);
        }
        else if (request.Name == _names.Tar && answer is ObjectInfo archive && request.Operation == StoreRequest.Write && archive.Generation > _liveArchive)
        {
            _liveArchive = archive.Generation;
            WroteArchive(session!);
        }
        else if (request.Name == _names.Index && answer is ObjectInfo index && request.Operation == StoreRequest.Write && index.Generation > _liveIndex)
        {
            WroteIndex(session!, replaced: _liveIndex);
            _liveIndex = index.Generation;
        }
    }

    /// <summary>A sync has told an actor that its instances are stored.</summary>
    public void Synced(string actor, IEnumerable<Instance> @new)
    {
        SeriesMetadata? committed = _sessions[actor].Committed;
        foreach (InstanceRecord record in @new.Select(instance => instance.Record!))
        {
            Require(
                committed is not null && committed.TryGetInstance(record.Uid, out InstanceRecord? stored) && stored.Crc32c == record.Crc32c,
                $"{actor} was told that {record.Uid} is stored, and it is not");
        }
    }

    /// <summary>A reader was given an instance.</summary>
    public void WasRead(string uid, ReadOnlySpan<byte> bytes)
    {
        uint crc32c = Crc32c.Compute(bytes);
        Require(_instances.IsOffered(uid, crc32c), $"a reader got bytes for {uid} that nobody offered");
        Require(_recorded.Contains((uid, crc32c)), $"a reader got bytes for {uid} that were never recorded");
    }

    /// <summary>What was committed last and is to be there after a repair: where a write has begun to replace it, what it has not replaced.</summary>
    public IReadOnlyList<string> ListCommitted()
    {
        IReadOnlyList<InstanceRecord> records = _liveMetadata > 0 ? _metadata[_liveMetadata].Instances : [];
        byte[] archive = IsOverwriteBegun ? Read(_names.Tar) : [];
        return
        [
            .. records.Where(record => !IsOverwriteBegun || _instances.IsIn(archive, record)).Select(record => SeriesState.Describe(record.Uid, record.Crc32c)),
        ];
    }

    /// <summary>All is quiet: what was committed is there, unless a writer has begun to write it anew.</summary>
    public void End()
    {
        if (_liveMetadata > 0 && !IsOverwriteBegun)
        {
            RequireInArchive(_metadata[_liveMetadata], "at the end");
        }
    }

    private static void Require(bool holds, string rule)
    {
        if (!holds)
        {
            throw new RuleViolatedException(rule);
        }
    }

    private static bool Has(SeriesMetadata metadata, InstanceRecord record) =>
        metadata.TryGetInstance(record.Uid, out InstanceRecord? found) && found.Crc32c == record.Crc32c;

    private static bool AreSame(SeriesMetadata? left, SeriesMetadata right) => left is null
        ? right.Instances.Count == 0 && right.Tar is null
        : left.Tar == right.Tar && left.Index == right.Index && left.Instances.Count == right.Instances.Count
            && left.Instances.All(record => Has(right, record));

    private void AppliedToLock(string actor, Session? session, StoreRequest request, object? answer)
    {
        if (request.Operation == StoreRequest.Write && answer is ObjectInfo taken && taken.Generation > _liveLock)
        {
            _liveLock = taken.Generation;
            _isLockBroken |= request.Generation > 0;
            if (_sessions.GetValueOrDefault(actor) == session)
            {
                _sessions[actor] = Begin(actor, request, taken.Generation);
            }
        }
        else if (request.Operation == StoreRequest.Delete && answer is true && session is null)
        {
            _isLockBroken = true;
        }
        else if (request.Operation == StoreRequest.Delete && answer is true && session is not null)
        {
            Require(request.Generation == _liveLock, $"{actor} has deleted somebody else's lock");
        }
    }

    private Session Begin(string actor, StoreRequest request, long generation)
    {
        var session = new Session(request.Upload!.Metadata.GetValueOrDefault(Locking.SeriesLock.OperationKey), generation) { IsRepair = actor == Repairer };
        if (_lastReads.TryGetValue(actor, out (long Metadata, long UnderLock) read) && read.UnderLock == request.Generation)
        {
            // By a ticket: the lock was held when it looked, and now it is its own.
            (session.KnownMetadata, session.KnownDeletions) = (read.Metadata, _deletions);
        }

        return session;
    }

    private void ReadMetadata(string actor, Session? session, long generation)
    {
        _lastReads[actor] = (generation, _liveLock);
        if (session is not null)
        {
            (session.KnownMetadata, session.KnownDeletions) = (generation, _deletions);
        }
    }

    private void Deleted(Session session, StoreRequest request)
    {
        _deletions++;
        Require(session.IsDelete, "something was deleted by who had not locked the series for that");
        if (request.Name == _names.Metadata)
        {
            Require(request.Generation == _liveMetadata, "metadata was deleted that its deleter had not seen");
            _liveMetadata = 0;
            _isLiveFromNone = false;
            IsOverwriteBegun = false;
        }
        else if (request.Name == _names.Tar)
        {
            if (_isLockBroken && _isLiveFromNone)
            {
                // Who deletes saw no metadata, and could not name a generation that must not follow.
                throw new KnownLimitException(KnownLimit + "an archive was deleted that was committed meanwhile, where there was no metadata before");
            }

            Require(_liveMetadata == 0 || _metadata[_liveMetadata].Instances.Count == 0, "an archive was deleted before its metadata");
        }
    }

    private void WroteMetadata(Session session, StoreRequest request, ObjectInfo written)
    {
        SeriesMetadata? replaced = _metadata.GetValueOrDefault(_liveMetadata);
        SeriesMetadata metadata = SeriesMetadata.Parse(ReadAll(request.Upload!), request.Name);
        if (session.IsOurs)
        {
            Require(session.KnownMetadata == _liveMetadata, "metadata was replaced that its writer had not read under its lock");
        }

        session.KnownMetadata = written.Generation;
        bool isCommit = !AreSame(replaced, metadata);
        Note(written.Generation, metadata);
        if (!isCommit || !session.IsOurs)
        {
            // Written again so that nobody else's fence holds, or by Python, whose archive comes later.
            return;
        }

        RequireKnowsOfDeletions(session, request, metadata);
        Require(
            _core.Find(_bucket, _names.Tar) is { } tar && metadata.Tar is { } said && said == new ObjectIdentity(tar.Generation, tar.SizeBytes, tar.Crc32c),
            "metadata was committed that describes another archive than the live one");
        Require(
            session.LockGeneration != _liveLock || (_core.Find(_bucket, _names.Index) is { } index
                && metadata.Index is { } saidOfIndex && saidOfIndex == new ObjectIdentity(index.Generation, index.SizeBytes, index.Crc32c)),
            "metadata was committed under a lock that describes another index than the live one");
        RequireInArchive(metadata, "when its metadata was committed");
        Require(
            !session.IsAppend || replaced is null || replaced.Instances.All(record => Has(metadata, record)),
            "an append has committed metadata without an instance that was there");
        if (session.IsRepair && replaced is not null)
        {
            byte[] archive = Read(_names.Tar);
            Require(
                replaced.Instances.All(record => Has(metadata, record) || (IsOverwriteBegun && !_instances.IsIn(archive, record))),
                "a repair has dropped an instance that nobody has replaced");
        }

        Require(metadata.Instances.All(record => _instances.IsOffered(record.Uid, record.Crc32c)), "an instance was committed that nobody offered");
        session.Committed = metadata;
        _isLiveFromNone = request.Generation == 0;
        IsOverwriteBegun = false;
    }

    /// <summary>
    /// A fence on "there is none" holds again when what was written meanwhile is deleted: a writer without its lock commits
    /// over the deletion of others, and a repair over that of one who deletes without its lock.
    /// </summary>
    private void RequireKnowsOfDeletions(Session session, StoreRequest request, SeriesMetadata metadata)
    {
        bool hasArchive = _core.Find(_bucket, _names.Tar) is { } tar && metadata.Tar?.Generation == tar.Generation;
        bool hasIndex = _core.Find(_bucket, _names.Index) is { } index && metadata.Index?.Generation == index.Generation;
        if (!(hasArchive && hasIndex) && request.Generation == 0 && _isLockBroken && session.KnownDeletions < _deletions)
        {
            throw new KnownLimitException(KnownLimit + "metadata was committed of what was deleted meanwhile");
        }
    }

    /// <summary>A commit of metadata alone leaves the archive, so the fence of a writer without its lock still holds.</summary>
    private void RequireKnowsOfCommit(Session session)
    {
        if (!session.IsAppend && !session.IsRepair && session.LockGeneration != _liveLock && session.KnownMetadata != _liveMetadata
            && session.KnownMetadata is { } known && _metadata.TryGetValue(known, out SeriesMetadata? seen) && seen.Tar == _metadata[_liveMetadata].Tar)
        {
            throw new KnownLimitException(KnownLimit + "an archive was replaced after a commit of metadata alone");
        }
    }

    private void WroteArchive(Session session)
    {
        if (!session.IsOurs)
        {
            return;
        }

        if (_liveMetadata > 0 && !IsOverwriteBegun)
        {
            RequireKnowsOfCommit(session);
        }

        IsOverwriteBegun |= !session.IsAppend && !session.IsRepair && session.KnownMetadata == _liveMetadata;
        if (_liveMetadata > 0 && !IsOverwriteBegun)
        {
            RequireInArchive(_metadata[_liveMetadata], "any more, and who replaced it had not read that it was committed, or only appends");
        }
    }

    private void WroteIndex(Session session, long replaced)
    {
        bool isCommitted = _liveMetadata > 0 && _metadata[_liveMetadata].Index?.Generation == replaced;
        bool isKnown = session.KnownMetadata is { } known && _metadata.TryGetValue(known, out SeriesMetadata? seen) && seen.Index?.Generation == replaced;
        Require(
            !session.IsOurs || !isCommitted || isKnown || session.LockGeneration == _liveLock,
            "an index was replaced by who had lost the lock and had not read that it was committed");
    }

    private void RequireInArchive(SeriesMetadata metadata, string when)
    {
        byte[] archive = metadata.Instances.Count == 0 ? [] : Read(_names.Tar);
        foreach (InstanceRecord record in metadata.Instances)
        {
            ByteRange range = record.ArchiveRange;
            Require(
                range.End <= archive.Length && Crc32c.Compute(archive.AsSpan((int)range.Offset, (int)range.Length)) == record.Crc32c,
                $"an instance is not in the archive {when}");
        }
    }

    private void Note(long generation, SeriesMetadata metadata)
    {
        _liveMetadata = generation;
        _metadata[generation] = metadata;
        _recorded.UnionWith(metadata.Instances.Select(record => (record.Uid, record.Crc32c)));
    }

    private byte[] Read(string name)
    {
        if (_core.Find(_bucket, name) is null)
        {
            return [];
        }

        (_, Stream content) = _core.OpenRead(_bucket, name, GcsConditions.None);
        return ReadAll(content);
    }

    private static byte[] ReadAll(ObjectUpload upload) => ReadAll(upload.Open());

    private static byte[] ReadAll(Stream content)
    {
        using (content)
        {
            byte[] bytes = new byte[content.Length];
            content.ReadExactly(bytes);
            return bytes;
        }
    }
}
