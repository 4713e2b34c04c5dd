using CloudOptimizedDicom.Tar;

namespace CloudOptimizedDicom;

internal sealed partial class RepairPlanner
{
    /// <summary>
    /// Makes an archive in which nothing damaged passes for an instance, and with the instances that originals have; null when there
    /// is nothing to change.
    /// </summary>
    private async Task<ArchiveFile?> ChangeAsync(ArchiveFile? archive, bool isRewritten, CancellationToken cancellationToken)
    {
        await ProveByOriginalsAsync(cancellationToken).ConfigureAwait(false);
        Dictionary<string, InstanceRecord> lost = Expected.Where(record => !IsPlaced(record) && FindExcuse(record) is null).ToDictionary(record => record.Uid);
        bool isSearched = lost.Count > 0 && !originals.IsEmpty;

        // What the store says of the archive is wrong until it is uploaded again.
        bool mustUpload = _doubts.Count > 0 || (objects.IsArchiveDamaged && !isRewritten);
        if (!mustUpload && !isSearched)
        {
            return null;
        }

        IReadOnlyDictionary<TarMember, string> renamed = _doubts.ToDictionary(
            doubt => doubt.Key, doubt => $"{SeriesNames.DamagedFolder}{doubt.Value.Uid}-{doubt.Value.Crc32c:x8}.dcm", _doubts.Comparer);
        List<(InstanceRecord Record, TarMember Member)> restored = [];
        (ArchiveFile changed, RewrittenArchive content) = await RewrittenArchive.ChangeAsync(
            archive,
            _members,
            renamed,
            async writing => restored = await RestoreAsync(writing, lost, cancellationToken).ConfigureAwait(false),
            options.ScratchDirectory,
            cancellationToken).ConfigureAwait(false);
        if (!mustUpload && restored.Count == 0)
        {
            await changed.DisposeAsync().ConfigureAwait(false);
            return null;
        }

        if (!isRewritten)
        {
            _actions.Insert(0, new RepairAction(RepairActionKind.RewriteArchive, ArchiveUri, $"{content.Members.Count} members"));
        }

        Move(content, renamed);
        var scanner = new MemberScanner(changed.OpenRead, names.Id, ArchiveUri, (objects.Metadata ?? backup)?.UsesHashedUids);
        foreach ((InstanceRecord record, TarMember member) in restored)
        {
            bool isOf = await IsOfAsync(record, member, scanner, cancellationToken).ConfigureAwait(false);
            _placed[record.Uid] = !isOf && await scanner.TryScanAsync(member, cancellationToken).ConfigureAwait(false) is { } found && found.Uid == record.Uid
                ? CreateRecord(record.Uid, found.Scan, member)
                : record.WithArchiveRange(member.Data);
        }

        _members = content.Members;
        return changed;
    }

    /// <summary>A member of which nothing tells the checksum is good all the same if an original has just its bytes.</summary>
    private async Task ProveByOriginalsAsync(CancellationToken cancellationToken)
    {
        var unknown = new Dictionary<string, InstanceRecord>(StringComparer.Ordinal);
        foreach (Doubt doubt in _doubts.Values.Where(doubt => doubt.Expected is null))
        {
            unknown.TryAdd(doubt.Uid, doubt.Found!);
        }

        await foreach ((InstanceRecord record, IInstanceSource original) in originals.FindAsync(unknown, cancellationToken).ConfigureAwait(false))
        {
            if (await originals.TryAsync(() => RewrittenArchive.RequireEqualAsync(original, record, copyTo: null, cancellationToken)).ConfigureAwait(false))
            {
                unknown.Remove(record.Uid);
                _doubts.Remove(_doubts.First(doubt => ReferenceEquals(doubt.Value.Found, record)).Key);
                _placed[record.Uid] = record;
                _actions.Add(new RepairAction(RepairActionKind.RebuildRecord, record.Uid, $"its bytes are those of {original.Uri}"));
            }
        }
    }

    private async Task<List<(InstanceRecord Record, TarMember Member)>> RestoreAsync(
        RewrittenArchive writing, Dictionary<string, InstanceRecord> lost, CancellationToken cancellationToken)
    {
        List<(InstanceRecord, TarMember)> restored = [];
        await foreach ((InstanceRecord record, IInstanceSource original) in originals.FindAsync(lost, cancellationToken).ConfigureAwait(false))
        {
            bool isAdded = await originals.TryAsync(
                async () => restored.Add((record, await writing.AddAsync(record, original, cancellationToken).ConfigureAwait(false)))).ConfigureAwait(false);
            if (isAdded)
            {
                lost.Remove(record.Uid);
                _actions.Add(new RepairAction(RepairActionKind.RestoreInstance, record.Uid, $"from {original.Uri}"));
            }
        }

        return restored;
    }

    private void Move(RewrittenArchive content, IReadOnlyDictionary<TarMember, string> renamed)
    {
        var moved = _members.Where(member => !renamed.ContainsKey(member)).ToLookup(member => member.Data);
        foreach (InstanceRecord record in _placed.Values.ToArray())
        {
            ByteRange data = content.MovedFrom(moved[record.ArchiveRange].First()).Data;
            _placed[record.Uid] = data == record.ArchiveRange ? record : record.WithArchiveRange(data);
        }

        foreach ((TarMember member, Doubt doubt) in _doubts)
        {
            string expected = doubt.Expected is { } record
                ? $"the metadata says {record.SizeBytes} with {Crc32c.ToBase64(record.Crc32c)}"
                : "the archive is damaged, and nothing tells which the instance had";
            _actions.Add(new RepairAction(
                RepairActionKind.KeepDamagedBytes,
                renamed[member],
                $"instance {doubt.Uid}: {member.Data.Length} bytes with CRC-32C {Crc32c.ToBase64(doubt.Crc32c)}, {expected}"));
        }
    }
}
