using System.Text;
using CloudOptimizedDicom.Locking;
using CloudOptimizedDicom.Tar;

namespace CloudOptimizedDicom;

internal sealed partial class RepairPlanner
{
    /// <summary>Members that may not be what they were.</summary>
    private readonly Dictionary<TarMember, Doubt> _doubts = new(ReferenceEqualityComparer.Instance);

    private bool _isAsWritten;

    private MetadataVersion Version => (objects.Metadata ?? backup)?.Version ?? MetadataVersion.V2;

    /// <summary>Finds the record of each member: a known one where it is of the very bytes, else one made from them, unless they are in doubt.</summary>
    private async Task<bool?> PlaceAsync(ArchiveFile archive, CancellationToken cancellationToken)
    {
        _isAsWritten = IsAsWritten(objects.Archive!);
        var crc32cs = new Dictionary<TarMember, uint>(ReferenceEqualityComparer.Instance);
        foreach (TarMember member in _members)
        {
            crc32cs[member] = await archive.ChecksumAsync(member.Data, cancellationToken).ConfigureAwait(false);
        }

        ILookup<(long, uint), TarMember> byBytes = _members.ToLookup(member => (member.Data.Length, crc32cs[member]));
        var scanner = new MemberScanner(archive.OpenRead, names.Id, ArchiveUri, (objects.Metadata ?? backup)?.UsesHashedUids);
        IReadOnlyList<InstanceRecord>[] known = objects.IsMetadataDamaged ? [Backup, Stored] : [Stored, Backup];
        foreach (InstanceRecord record in known.SelectMany(records => records))
        {
            await PlaceAsync(record, byBytes[(record.SizeBytes, record.Crc32c)], scanner, cancellationToken).ConfigureAwait(false);
        }

        HashSet<(long, uint)> knownBytes = [.. Stored.Concat(Backup).Select(record => (record.SizeBytes, record.Crc32c))];

        foreach (TarMember member in _members.Where(member => !_used.Contains(member)))
        {
            if (await scanner.TryScanAsync(member, cancellationToken).ConfigureAwait(false) is { } found && !_placed.ContainsKey(found.Uid))
            {
                InstanceRecord record = CreateRecord(found.Uid, found.Scan, member);
                if (!_isAsWritten && !knownBytes.Contains((record.SizeBytes, record.Crc32c)) && FindDoubt(record, member) is { } doubt)
                {
                    _doubts[member] = doubt;
                }
                else
                {
                    _placed[record.Uid] = record;
                    _actions.Add(new RepairAction(RepairActionKind.RebuildRecord, record.Uid, $"from member {member.Name}"));
                }
            }
        }

        DoubtUnreadable(crc32cs);
        return scanner.UsesHashedUids;
    }

    private async Task PlaceAsync(InstanceRecord record, IEnumerable<TarMember> ofItsBytes, MemberScanner scanner, CancellationToken cancellationToken)
    {
        if (_placed.ContainsKey(record.Uid))
        {
            return;
        }

        TarMember[] free = [.. ofItsBytes.Where(member => !_used.Contains(member))];
        TarMember? member = Array.Find(free, member => member.Data == record.ArchiveRange)
            ?? Array.Find(free, member => member.Name == SeriesNames.Member(record.Uid))
            ?? free.FirstOrDefault();
        if (member is not null && await IsOfAsync(record, member, scanner, cancellationToken).ConfigureAwait(false))
        {
            _used.Add(member);
            _placed[record.Uid] = record.ArchiveRange == member.Data ? record : record.WithArchiveRange(member.Data);
        }
    }

    /// <summary>Whether a record says of a member what the member says itself, where there is reason to ask.</summary>
    private async Task<bool> IsOfAsync(InstanceRecord record, TarMember member, MemberScanner scanner, CancellationToken cancellationToken)
    {
        bool isSuspect = objects is { IsMetadataDamaged: true, Metadata: { } damaged }
            && damaged.TryGetInstance(record.Uid, out InstanceRecord? stored) && ReferenceEquals(stored, record);
        IntegrityFinding? fault = RecordCheck.FindFault(record, (objects.Metadata ?? backup)!);
        if (!isSuspect && fault is null && member.Name == SeriesNames.Member(record.Uid))
        {
            return true;
        }

        return await scanner.TryScanAsync(member, cancellationToken).ConfigureAwait(false) is not { } found
            || (found.Uid == record.Uid && fault?.Kind != IntegrityFindingKind.TagsDiffer
                && !RecordCheck.Compare(record, found.Scan).Any(finding => isSuspect || finding.Kind == IntegrityFindingKind.RecordDiffers));
    }

    /// <summary>
    /// Makes a record anew. The path of one that is damaged elsewhere is kept; what it says of dependencies is not, since files are
    /// deleted by it.
    /// </summary>
    private InstanceRecord CreateRecord(string uid, InstanceScan scan, TarMember member)
    {
        string path = FindRecord(uid) is { } record && record.SizeBytes == scan.SizeBytes && record.Crc32c == scan.Crc32c ? record.OriginalPath : "";
        return InstanceRecord.Create(scan, uid, member.Data, path, dependencies: [], Version, options.TimeProvider.GetUtcNow());
    }

    /// <summary>
    /// Whether every byte of the archive is as a writer of ours has committed it, or was about to under the lock that is there: then
    /// it is a record that is wrong where the two differ.
    /// </summary>
    private bool IsAsWritten(ArchiveFile archive)
    {
        bool isUploaded = objects.ArchiveInfo is { UploadId: not null } info && info.Crc32c == archive.Crc32c;
        bool isMetadataUnknown = objects.Metadata is null || objects.IsMetadataDamaged;
        return IntegrityCheck.IsOf(objects.Metadata?.Tar, archive)
            || IntegrityCheck.IsOf(backup?.Tar, archive)
            || (isUploaded && (isMetadataUnknown || (IsBroughtUnderLock && objects.Lock?.Operation is LockOperation.Write or LockOperation.Copy)));
    }

    /// <summary>
    /// Whether the archive can be the one that the holder of the lock has brought: it is another one than before, or is younger than the lock
    /// where the metadata of before does not tell.
    /// </summary>
    private bool IsBroughtUnderLock => objects.ArchiveInfo is { } live
        && (backup?.Tar is { } before ? before.Generation != live.Generation : objects.Lock?.Generation < live.Generation);

    /// <summary>Why an instance whose bytes no record has cannot be taken for intact; null when it can.</summary>
    private Doubt? FindDoubt(InstanceRecord found, TarMember member)
    {
        // A bit of the UID may be what has changed; the name of the member has a checksum of its own.
        InstanceRecord? expected = FindRecord(found.Uid) ?? FindRecord(MemberScanner.UidOf(member));
        bool hasOtherName = MemberScanner.UidOf(member) is { Length: > 0 } name && name != found.Uid;
        return expected is not null || hasOtherName || IsArchiveSuspect || IsUnknownToDamagedMetadata(found.Crc32c)
            ? new Doubt(expected?.Uid ?? found.Uid, found.Crc32c, expected, found)
            : null;
    }

    /// <summary>Whether something shows that bytes of the archive have changed, other than that its end is missing.</summary>
    private bool IsArchiveSuspect => objects.IsArchiveDamaged || objects.Survey!.Damages.Any(
        damage => objects.Survey.EndMarkerOffset is not null || damage.Range.End < objects.Archive!.SizeBytes);

    /// <summary>Metadata that cannot be parsed still has most of its checksums: one that is not among them may be that of changed bytes.</summary>
    private bool IsUnknownToDamagedMetadata(uint crc32c) => objects is { MetadataFault: not null, MetadataBytes: { } bytes }
        && bytes.AsSpan().IndexOf("\"crc32c\""u8) >= 0
        && bytes.AsSpan().IndexOf(Encoding.ASCII.GetBytes(Crc32c.ToBase64(crc32c))) < 0;

    /// <summary>What is no instance any more, and stands where one should be.</summary>
    private void DoubtUnreadable(Dictionary<TarMember, uint> crc32cs)
    {
        ILookup<ByteRange, TarMember> byRange = _members.ToLookup(member => member.Data);
        ILookup<string, TarMember> byName = _members.ToLookup(member => member.Name);
        HashSet<ByteRange> placed = [.. _placed.Values.Select(record => record.ArchiveRange)];
        foreach (InstanceRecord record in Stored.Where(record => !IsPlaced(record) && !_placed.ContainsKey(record.Uid)))
        {
            TarMember? member = byName[SeriesNames.Member(record.Uid)].Concat(byRange[record.ArchiveRange])
                .FirstOrDefault(member => !_used.Contains(member) && !member.Name.StartsWith(SeriesNames.DamagedFolder, StringComparison.Ordinal));
            if (member is not null && !placed.Contains(member.Data))
            {
                _doubts.TryAdd(member, new Doubt(record.Uid, crc32cs[member], record, Found: null));
            }
        }
    }

    private InstanceRecord? FindRecord(string uid) =>
        (objects.Metadata?.TryGetInstance(uid, out InstanceRecord? record) ?? false) || (backup?.TryGetInstance(uid, out record) ?? false) ? record : null;

    private bool IsPlaced(InstanceRecord record) => _placed.TryGetValue(record.Uid, out InstanceRecord? placed) && HasSameBytes(record, placed);

    private static bool HasSameBytes(InstanceRecord a, InstanceRecord b) => a.SizeBytes == b.SizeBytes && a.Crc32c == b.Crc32c;

    /// <param name="Uid">The UID that the member would be stored under.</param>
    /// <param name="Crc32c">The checksum that it has.</param>
    /// <param name="Expected">The record that it should be of; null when nothing is known of it, and the archive is damaged.</param>
    /// <param name="Found">The record that could be made of it; null when it cannot be read.</param>
    private sealed record Doubt(string Uid, uint Crc32c, InstanceRecord? Expected, InstanceRecord? Found);
}
