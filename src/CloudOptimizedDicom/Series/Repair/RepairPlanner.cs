using CloudOptimizedDicom.Locking;
using CloudOptimizedDicom.Metadata;
using CloudOptimizedDicom.Tar;
using CloudOptimizedDicom.Tar.Index;

namespace CloudOptimizedDicom;

/// <summary>
/// Finds out what a series has to become so that its objects belong together: the archive decides which instances there are,
/// the metadata and the lock's backup what is known of them beside their bytes. Used once.
/// </summary>
/// <param name="objects">The objects as they are.</param>
/// <param name="names">The series.</param>
/// <param name="rootUri">Its store.</param>
/// <param name="backup">The metadata that a lock which is taken over keeps; null when there is none or it cannot be read.</param>
/// <param name="options">The datastore's, for the clock and the scratch directory.</param>
internal sealed class RepairPlanner(
    StoredObjects objects, SeriesNames names, string rootUri, SeriesMetadata? backup, CodDatastoreOptions options)
{
    private readonly List<RepairAction> _actions = [];
    private readonly Dictionary<string, InstanceRecord> _placed = new(StringComparer.Ordinal);
    private readonly HashSet<TarMember> _used = new(ReferenceEqualityComparer.Instance);
    private readonly HashSet<string> _lost = new(StringComparer.Ordinal);

    private string ArchiveUri => $"{rootUri}/{names.Tar}";

    private IReadOnlyList<InstanceRecord> Stored => objects.Metadata?.Instances ?? [];

    private IReadOnlyList<InstanceRecord> Backup => backup?.Instances ?? [];

    public async Task<RepairPlan> CreateAsync(CancellationToken cancellationToken)
    {
        if (objects is not { Archive: { } archive, Survey: { } survey })
        {
            return ToPlan(newArchive: null, newIndex: null, objects.MetadataInfo is null ? LoseAll() : Rebuild(usesHashedUids: null));
        }

        ArchiveFile? newArchive = null;
        try
        {
            IReadOnlyList<TarMember> members = survey.Members;
            if (!survey.IsSound)
            {
                (newArchive, RewrittenArchive content) = await RewrittenArchive.CreateAsync(
                    archive, survey, [.. Stored, .. Backup], options.ScratchDirectory, cancellationToken).ConfigureAwait(false);
                members = content.Members;
                _actions.Add(new RepairAction(RepairActionKind.RewriteArchive, ArchiveUri, $"{members.Count} members, all before its end"));
                _actions.AddRange(content.Kept);
            }

            bool? usesHashedUids = await PlaceAsync(newArchive ?? archive, members, cancellationToken).ConfigureAwait(false);
            SeriesMetadata? newMetadata = Rebuild(usesHashedUids);
            byte[]? newIndex = IndexIfNeeded(members, (newArchive ?? archive).SizeBytes);
            newMetadata ??= newArchive is not null || newIndex is not null || objects.ArchiveStanding.Match == ArchiveMatch.Foreign
                ? objects.Metadata!.Clone() : null;
            return ToPlan(newArchive, newIndex, newMetadata);
        }
        catch
        {
            if (newArchive is not null)
            {
                await newArchive.DisposeAsync().ConfigureAwait(false);
            }

            throw;
        }
    }

    private RepairPlan ToPlan(ArchiveFile? newArchive, byte[]? newIndex, SeriesMetadata? newMetadata)
    {
        if (newMetadata is not null)
        {
            if (objects.MetadataFault is { } fault)
            {
                _actions.Add(new RepairAction(RepairActionKind.KeepDamagedMetadata, $"{rootUri}/{names.DamagedMetadata}", fault.Reason));
            }

            _actions.Add(new RepairAction(RepairActionKind.WriteMetadata, $"{rootUri}/{names.Metadata}", $"{newMetadata.Instances.Count} instances"));
        }

        return new RepairPlan
        {
            Actions = _actions,
            LostInstances = [.. (objects.Metadata is null ? Backup : Stored).Select(record => record.Uid).Where(_lost.Contains)],
            NewArchive = newArchive,
            NewIndex = newIndex,
            NewMetadata = newMetadata,
        };
    }

    /// <summary>Finds the record of each member: a known one where it is of the very bytes, else one made from them.</summary>
    private async Task<bool?> PlaceAsync(ArchiveFile archive, IReadOnlyList<TarMember> members, CancellationToken cancellationToken)
    {
        var crc32cs = new Dictionary<TarMember, uint>(ReferenceEqualityComparer.Instance);
        foreach (TarMember member in members)
        {
            crc32cs[member] = await archive.ChecksumAsync(member.Data, cancellationToken).ConfigureAwait(false);
        }

        ILookup<(long, uint), TarMember> byBytes = members.ToLookup(member => (member.Data.Length, crc32cs[member]));
        Place(Stored, byBytes);
        Place(Backup, byBytes);
        var scanner = new MemberScanner(archive.OpenRead, names.Id, ArchiveUri, (objects.Metadata ?? backup)?.UsesHashedUids);
        MetadataVersion version = (objects.Metadata ?? backup)?.Version ?? MetadataVersion.V2;
        foreach (TarMember member in members.Where(member => !_used.Contains(member)))
        {
            if (await scanner.TryScanAsync(member, cancellationToken).ConfigureAwait(false) is { } found && !_placed.ContainsKey(found.Uid))
            {
                _placed[found.Uid] = InstanceRecord.Create(
                    found.Scan, found.Uid, member.Data, originalPath: "", dependencies: [], version, options.TimeProvider.GetUtcNow());
                _actions.Add(new RepairAction(RepairActionKind.RebuildRecord, found.Uid, $"from member {member.Name}"));
            }
        }

        return scanner.UsesHashedUids;
    }

    private void Place(IReadOnlyList<InstanceRecord> records, ILookup<(long, uint), TarMember> byBytes)
    {
        foreach (InstanceRecord record in records.Where(record => !_placed.ContainsKey(record.Uid)))
        {
            TarMember[] free = [.. byBytes[(record.SizeBytes, record.Crc32c)].Where(member => !_used.Contains(member))];
            TarMember? member = Array.Find(free, member => member.Data == record.ArchiveRange)
                ?? Array.Find(free, member => member.Name == SeriesNames.Member(record.Uid))
                ?? free.FirstOrDefault();
            if (member is not null)
            {
                _used.Add(member);
                _placed[record.Uid] = record.ArchiveRange == member.Data ? record : record.WithArchiveRange(member.Data);
            }
        }
    }

    /// <summary>Neither metadata nor an archive: whatever the lock's backup knows is gone, and there is nothing to write.</summary>
    private SeriesMetadata? LoseAll()
    {
        NoteLost();
        return null;
    }

    /// <summary>The metadata of what was found; null when it is what is stored.</summary>
    private SeriesMetadata? Rebuild(bool? usesHashedUids)
    {
        // Python writes the metadata first, so it may be of an archive that never came, while the lock keeps that of this one.
        bool isOfBackup = objects.Metadata is null || Stored.Count(IsPlaced) < Backup.Count(IsPlaced);
        SeriesMetadata? known = isOfBackup ? backup ?? objects.Metadata : objects.Metadata;
        SeriesMetadata result = known?.Clone() ?? new SeriesMetadata(names.Id, usesHashedUids ?? false, MetadataVersion.V2);
        bool isChanged = known is null || !ReferenceEquals(known, objects.Metadata);
        isChanged |= NoteLost();
        foreach (InstanceRecord record in result.Instances.ToArray())
        {
            if (!_placed.TryGetValue(record.Uid, out InstanceRecord? placed))
            {
                result.Remove(record.Uid);
            }
            else if (!ReferenceEquals(placed, record))
            {
                result.Replace(placed);
                isChanged = true;
                NoteOrigin(record, placed);
            }
        }

        foreach (InstanceRecord placed in _placed.Values.OrderBy(record => record.ArchiveRange.Offset).Where(record => !result.TryGetInstance(record.Uid, out _)))
        {
            result.Add(placed);
            isChanged = true;
            NoteOrigin(known: null, placed);
        }

        if (objects.Archive is null)
        {
            isChanged |= result.Tar is not null;
            (result.Tar, result.Index) = (null, null);
        }

        return isChanged ? result : null;
    }

    /// <summary>Names the instances whose bytes are nowhere; gives whether there are any.</summary>
    private bool NoteLost()
    {
        InstanceRecord[] gone = [.. (objects.Metadata is null ? Backup : Stored).Where(record => !IsPlaced(record))];
        foreach (InstanceRecord record in gone)
        {
            string? excuse = FindExcuse(record);
            if (excuse is null)
            {
                _lost.Add(record.Uid);
            }

            if (!_placed.ContainsKey(record.Uid))
            {
                _actions.Add(new RepairAction(RepairActionKind.ForgetInstance, record.Uid, excuse ?? "its bytes are nowhere in the archive"));
            }
        }

        return gone.Length > 0;
    }

    /// <summary>Why an instance without bytes is no loss; null when it is one.</summary>
    private string? FindExcuse(InstanceRecord record)
    {
        // An archive of ours that the metadata does not name was brought by the writer that holds the lock, which drops nothing but
        // on purpose; one without the id of an upload was put there by another tool.
        if (objects is { Lock.Operation: LockOperation.Write or LockOperation.Append or LockOperation.Copy, Survey.IsSound: true, ArchiveInfo.UploadId: not null }
            && objects.ArchiveStanding.Match is ArchiveMatch.Foreign or ArchiveMatch.Unproven)
        {
            return "the writer that holds the lock has left it out of its archive";
        }

        // Only Python's metadata, which names no archive, comes before its archive.
        bool isOfUnfinishedWrite = objects.Metadata is { Tar: null } && backup is not null
            && !(backup.TryGetInstance(record.Uid, out InstanceRecord? before) && HasSameBytes(before, record));
        return isOfUnfinishedWrite ? "the write that holds the lock has named it, but never brought it" : null;
    }

    private void NoteOrigin(InstanceRecord? known, InstanceRecord placed)
    {
        if (known is not null && HasSameBytes(known, placed))
        {
            if (known.ArchiveRange == placed.ArchiveRange)
            {
                return;
            }

            _actions.Add(new RepairAction(RepairActionKind.MoveRecord, placed.Uid, $"from {known.ArchiveRange} to {placed.ArchiveRange}"));
        }
        else if (backup is not null && backup.TryGetInstance(placed.Uid, out InstanceRecord? kept) && HasSameBytes(kept, placed))
        {
            _actions.Add(new RepairAction(RepairActionKind.RestoreRecord, placed.Uid, "from the metadata that the lock keeps"));
        }
    }

    private bool IsPlaced(InstanceRecord record) => _placed.TryGetValue(record.Uid, out InstanceRecord? placed) && HasSameBytes(record, placed);

    private static bool HasSameBytes(InstanceRecord a, InstanceRecord b) => a.SizeBytes == b.SizeBytes && a.Crc32c == b.Crc32c;

    private byte[]? IndexIfNeeded(IReadOnlyList<TarMember> members, long archiveBytes)
    {
        if (IntegrityCheck.FindIndexFault(objects.Index, objects.RecordedIndex, members) is not { } fault)
        {
            return null;
        }

        _actions.Add(new RepairAction(RepairActionKind.WriteIndex, $"{rootUri}/{names.Index}", fault.Message));
        return RatarmountIndex.Write(members, archiveBytes);
    }
}
