using CloudOptimizedDicom.Part10;
using CloudOptimizedDicom.Storage;
using CloudOptimizedDicom.Tar;
using CloudOptimizedDicom.Tar.Index;

namespace CloudOptimizedDicom;

/// <summary>Compares the objects of a series with each other and collects every difference.</summary>
/// <param name="objects">The objects.</param>
/// <param name="names">The series.</param>
/// <param name="rootUri">Its store, for messages.</param>
/// <param name="options">How.</param>
internal sealed class IntegrityCheck(StoredObjects objects, SeriesNames names, string rootUri, VerifyOptions options)
{
    private readonly List<IntegrityFinding> _findings = [];

    private string ArchiveUri => $"{rootUri}/{names.Tar}";

    private IReadOnlyList<InstanceRecord> Records => objects.Metadata?.Instances ?? [];

    public async Task<IntegrityReport> RunAsync(CancellationToken cancellationToken)
    {
        CheckLock();
        CheckMetadata();
        if (objects is { Archive: { } archive, Survey: { } survey })
        {
            CheckArchive(archive, survey);
            await CheckInstancesAsync(archive, survey, cancellationToken).ConfigureAwait(false);
            await CheckMembersAsync(archive, survey, cancellationToken).ConfigureAwait(false);
            CheckIndex(survey);
        }
        else if (objects is { Metadata: { } metadata, ArchiveStanding.Match: ArchiveMatch.Missing })
        {
            Add(IntegrityFindingKind.ArchiveMissing, ArchiveUri, $"there is metadata of {metadata.Instances.Count} instances, but no archive");
        }

        return new IntegrityReport
        {
            SeriesUri = $"{rootUri}/{names.Folder}",
            Instances = Records.Count,
            ArchiveBytes = objects.Archive?.SizeBytes ?? 0,
            Lock = objects.Lock,
            Findings = _findings,
        };
    }

    /// <summary>What is wrong with the index; null when it lists the members, and is what was uploaded.</summary>
    public static (IntegrityFindingKind Kind, string Message)? FindIndexFault(StoredObjects objects, IReadOnlyList<TarMember> members)
    {
        if (objects.Index is not { } index)
        {
            return (IntegrityFindingKind.IndexMissing, "there is no index");
        }

        if (objects.IsIndexDamaged)
        {
            return (IntegrityFindingKind.IndexDiffers, DescribeDamage(objects.IndexInfo!, Crc32c.Compute(index)));
        }

        try
        {
            IReadOnlyList<TarMember> rows = RatarmountIndex.Read(index);
            HashSet<(string, ByteRange)> entries = RatarmountIndex.ToEntries(members);
            return !entries.SetEquals(RatarmountIndex.ToEntries(rows)) ? (IntegrityFindingKind.IndexDiffers, $"the index lists {rows.Count} members, the archive has {entries.Count} that it can list, and they differ")
                : objects.RecordedIndex is { } recorded && (recorded.SizeBytes != index.Length || recorded.Crc32c != Crc32c.Compute(index))
                    ? (IntegrityFindingKind.IndexDiffers, "the index is not the one that the metadata describes")
                    : null;
        }
        catch (TarIndexException error)
        {
            return (IntegrityFindingKind.IndexDiffers, error.Message);
        }
    }

    /// <summary>Whether an archive is the one that metadata names.</summary>
    public static bool IsOf(ObjectIdentity? recorded, ArchiveFile? archive) =>
        recorded is not null && recorded.SizeBytes == archive?.SizeBytes && recorded.Crc32c == archive.Crc32c;

    private static string DescribeDamage(ObjectInfo info, uint found) =>
        $"it has CRC-32C {Crc32c.ToBase64(found)}, and {Crc32c.ToBase64(info.Crc32c!.Value)} when it was uploaded";

    private void Add(IntegrityFindingKind kind, string subject, string message) => _findings.Add(new IntegrityFinding(kind, subject, message));

    private void CheckLock()
    {
        if (objects.Lock is { } holder)
        {
            CheckLock(holder);
            if (holder.Operation == Locking.LockOperation.Delete)
            {
                Add(IntegrityFindingKind.DeleteBegun, $"{rootUri}/{names.Folder}", "the series is being deleted, or whoever deleted it has died");
            }
        }

        if (objects.HasErrorLog)
        {
            Add(IntegrityFindingKind.ErrorLogExists, $"{rootUri}/{names.ErrorLog}", "it keeps the series from being opened");
        }
    }

    private void CheckLock(Locking.LockHolder holder)
    {
        if (holder.Age >= options.LockAbandonedAfter)
        {
            string halfDone = objects.ArchiveStanding.Match is ArchiveMatch.Foreign or ArchiveMatch.Missing
                ? "It has left something half-done" : "The objects belong to each other";
            Add(
                IntegrityFindingKind.LockAbandoned,
                holder.LockUri,
                $"held by {holder}, which is {options.LockAbandonedAfter} or more. {halfDone}; once its holder is certainly dead, cod repair --force mends the series and removes the lock");
        }
        else
        {
            Add(
                IntegrityFindingKind.LockHeld,
                holder.LockUri,
                $"held by {holder}. What else is found may be half-done; verify again when the lock is gone, or run cod repair --force if its holder has died");
        }
    }

    private void CheckMetadata()
    {
        if (objects.MetadataFault is { } fault)
        {
            Add(IntegrityFindingKind.MetadataUnreadable, fault.Uri, fault.Reason);
        }
        else if (objects.IsMetadataDamaged)
        {
            Add(IntegrityFindingKind.MetadataDiffers, $"{rootUri}/{names.Metadata}", DescribeDamage(objects.MetadataInfo!, Crc32c.Compute(objects.MetadataBytes)));
        }
        else if (objects.Metadata is null && objects.Archive is not null)
        {
            Add(IntegrityFindingKind.MetadataMissing, $"{rootUri}/{names.Metadata}", "there is an archive, but no metadata");
        }
    }

    private void CheckArchive(ArchiveFile archive, TarSurvey survey)
    {
        if (objects is { Metadata.Tar: { } recorded, ArchiveStanding.Match: ArchiveMatch.Foreign })
        {
            Add(
                IntegrityFindingKind.ArchiveDiffers,
                ArchiveUri,
                $"{archive.SizeBytes} bytes with CRC-32C {Crc32c.ToBase64(archive.Crc32c)}, the metadata says {recorded.SizeBytes} with {Crc32c.ToBase64(recorded.Crc32c)}");
        }

        else if (objects.IsArchiveDamaged)
        {
            Add(IntegrityFindingKind.ArchiveDiffers, ArchiveUri, DescribeDamage(objects.ArchiveInfo!, archive.Crc32c));
        }

        foreach (TarDamage damage in survey.Damages)
        {
            IntegrityFindingKind kind = damage.IsBehindEnd ? IntegrityFindingKind.ForeignBytes : IntegrityFindingKind.ArchiveUnreadable;
            Add(kind, ArchiveUri, $"bytes {damage.Range} are no member: {damage.Reason}");
        }

        if (survey.EndMarkerOffset is null)
        {
            Add(IntegrityFindingKind.ArchiveUnreadable, ArchiveUri, "its end is not marked");
        }

        foreach (TarMember member in survey.MembersBehindEnd)
        {
            Add(IntegrityFindingKind.MembersBehindEnd, member.Name, $"at byte {member.HeaderOffset}, behind the end of the archive at {survey.EndMarkerOffset}");
        }
    }

    private async Task CheckInstancesAsync(ArchiveFile archive, TarSurvey survey, CancellationToken cancellationToken)
    {
        ILookup<ByteRange, TarMember> members = survey.Members.ToLookup(member => member.Data);
        foreach (InstanceRecord record in Records)
        {
            if (members[record.ArchiveRange].FirstOrDefault() is not { } member)
            {
                Add(IntegrityFindingKind.InstanceMissing, record.Uid, $"no member of the archive is at {record.ArchiveRange}");
                continue;
            }

            if (RatarmountIndex.RootedPath(member.Name) != RatarmountIndex.RootedPath(SeriesNames.Member(record.Uid)))
            {
                Add(IntegrityFindingKind.RecordDeviates, record.Uid, $"the member at {record.ArchiveRange} is named {member.Name}");
            }

            uint crc32c = await archive.ChecksumAsync(record.ArchiveRange, cancellationToken).ConfigureAwait(false);
            if (crc32c != record.Crc32c)
            {
                Add(
                    IntegrityFindingKind.InstanceDiffers,
                    record.Uid,
                    $"its bytes have CRC-32C {Crc32c.ToBase64(crc32c)}, the metadata says {Crc32c.ToBase64(record.Crc32c)}");
            }
            else if (!options.Deep && RecordCheck.FindFault(record, objects.Metadata!) is { } fault)
            {
                _findings.Add(fault);
            }
            else if (options.Deep)
            {
                await CheckRecordAsync(archive, record, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async Task CheckRecordAsync(ArchiveFile archive, InstanceRecord record, CancellationToken cancellationToken)
    {
        try
        {
            Stream content = archive.OpenRead(record.ArchiveRange);
            await using (content.ConfigureAwait(false))
            {
                InstanceScan scan = await InstanceScanner.ScanAsync(content, copyTo: null, _ => record.Uri, cancellationToken).ConfigureAwait(false);
                _findings.AddRange(RecordCheck.Compare(record, scan));
                foreach (DicomWarning warning in scan.Warnings)
                {
                    Add(IntegrityFindingKind.InstanceWarning, record.Uid, warning.Message);
                }
            }
        }
        catch (InvalidDicomException error)
        {
            Add(IntegrityFindingKind.InstanceUnreadable, record.Uid, error.Message);
        }
    }

    /// <summary>Tells apart what is in the archive beside the instances that the metadata has there.</summary>
    private async Task CheckMembersAsync(ArchiveFile archive, TarSurvey survey, CancellationToken cancellationToken)
    {
        HashSet<ByteRange> known = [.. Records.Select(record => record.ArchiveRange)];
        HashSet<ByteRange> ranges = [.. survey.Members.Select(member => member.Data)];
        HashSet<string> uids = [.. Records.Where(record => ranges.Contains(record.ArchiveRange)).Select(record => record.Uid)];
        var scanner = new MemberScanner(archive.OpenRead, names.Id, ArchiveUri, objects.Metadata?.UsesHashedUids);
        foreach (TarMember member in survey.Members.Where(member => !known.Contains(member.Data)))
        {
            if (await scanner.TryScanAsync(member, cancellationToken).ConfigureAwait(false) is not { } found)
            {
                Add(IntegrityFindingKind.ForeignMember, member.Name, $"at byte {member.HeaderOffset}; it is no instance of this series");
            }
            else if (uids.Add(found.Uid))
            {
                Add(IntegrityFindingKind.OrphanMember, member.Name, $"at byte {member.HeaderOffset}; the metadata does not know this instance");
            }
            else
            {
                Add(IntegrityFindingKind.DuplicateMember, member.Name, $"at byte {member.HeaderOffset}; instance {found.Uid} is elsewhere");
            }
        }
    }

    private void CheckIndex(TarSurvey survey)
    {
        if (FindIndexFault(objects, survey.Members) is { } fault)
        {
            Add(fault.Kind, $"{rootUri}/{names.Index}", fault.Message);
        }
    }
}
