using CloudOptimizedDicom.Storage;
using CloudOptimizedDicom.Tar;
using CloudOptimizedDicom.Tar.Index;

namespace CloudOptimizedDicom;

/// <summary>Compares the archive of a series with its metadata and its index, and collects every difference.</summary>
/// <param name="series">The metadata.</param>
/// <param name="archiveUri">The archive, for messages.</param>
internal sealed class IntegrityCheck(StoredSeries series, string archiveUri)
{
    private readonly List<IntegrityFinding> _findings = [];
    private List<TarMember> _members = [];

    public IReadOnlyList<IntegrityFinding> Findings => _findings;

    public void Add(IntegrityFindingKind kind, string subject, string message) => _findings.Add(new IntegrityFinding(kind, subject, message));

    /// <param name="archive">The archive, in a file on this machine.</param>
    /// <param name="crc32c">CRC-32C of all of it.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    public async Task CheckArchiveAsync(FileStream archive, uint crc32c, CancellationToken cancellationToken)
    {
        ObjectIdentity? recorded = series.Metadata.Tar;
        if (recorded is not null && (recorded.SizeBytes != archive.Length || recorded.Crc32c != crc32c))
        {
            Add(
                IntegrityFindingKind.ArchiveDiffers,
                archiveUri,
                $"{archive.Length} bytes with CRC-32C {Crc32c.ToBase64(crc32c)}, the metadata says {recorded.SizeBytes} with {Crc32c.ToBase64(recorded.Crc32c)}");
        }

        await ReadMembersAsync(archive, cancellationToken).ConfigureAwait(false);
        await CheckInstancesAsync(archive, cancellationToken).ConfigureAwait(false);
        CheckMembers();
    }

    /// <param name="index">The bytes of the index; null when there is none.</param>
    public void CheckIndex(byte[]? index)
    {
        if (index is null)
        {
            Add(IntegrityFindingKind.IndexMissing, archiveUri, "there is no index.sqlite");
            return;
        }

        try
        {
            IReadOnlyList<TarMember> rows = RatarmountIndex.Read(index);
            bool isEqual = rows.Select(row => (row.Name, row.Data)).ToHashSet().SetEquals(_members.Select(member => (member.Name, member.Data)));
            if (!isEqual)
            {
                Add(IntegrityFindingKind.IndexDiffers, archiveUri, $"the index lists {rows.Count} members, the archive has {_members.Count}, and they differ");
            }
        }
        catch (TarIndexException error)
        {
            Add(IntegrityFindingKind.IndexDiffers, archiveUri, error.Message);
        }
    }

    private async Task ReadMembersAsync(FileStream archive, CancellationToken cancellationToken)
    {
        var members = new List<TarMember>();
        using var hop = new TarHopReader(new TarFileSource(archive.SafeFileHandle)) { ContinueBehindEnd = true };
        try
        {
            while (await hop.ReadNextAsync(cancellationToken).ConfigureAwait(false) is { } member)
            {
                members.Add(member);
                if (hop.EndMarkerOffset is { } end && member.HeaderOffset > end)
                {
                    Add(IntegrityFindingKind.MembersBehindEnd, member.Name, $"at byte {member.HeaderOffset}, behind the end of the archive at {end}");
                }
            }
        }
        catch (TarFormatException error)
        {
            Add(IntegrityFindingKind.ArchiveUnreadable, archiveUri, error.Message);
        }

        _members = members;
    }

    private async Task CheckInstancesAsync(FileStream archive, CancellationToken cancellationToken)
    {
        HashSet<ByteRange> ranges = [.. _members.Select(member => member.Data)];
        foreach (InstanceRecord record in series.Metadata.Instances)
        {
            if (!ranges.Contains(record.ArchiveRange))
            {
                Add(IntegrityFindingKind.InstanceMissing, record.Uid, $"no member of the archive is at {record.ArchiveRange}");
            }

            archive.Position = Math.Min(record.ArchiveRange.Offset, archive.Length);
            var bytes = new ForwardArchive(archive, archiveUri, archive.Position);
            try
            {
                await bytes.CopyInstanceAsync(record, Stream.Null, cancellationToken).ConfigureAwait(false);
            }
            catch (HashMismatchException error)
            {
                Add(IntegrityFindingKind.InstanceDiffers, record.Uid, error.Message);
            }
            catch (TarMissingInstanceException error) when (ranges.Contains(record.ArchiveRange))
            {
                Add(IntegrityFindingKind.InstanceMissing, record.Uid, error.Message);
            }
            catch (TarMissingInstanceException)
            {
                // Named above.
            }
        }
    }

    private void CheckMembers()
    {
        HashSet<ByteRange> known = [.. series.Metadata.Instances.Select(record => record.ArchiveRange)];
        var names = new HashSet<string>();
        foreach (TarMember member in _members)
        {
            if (!known.Contains(member.Data))
            {
                Add(IntegrityFindingKind.OrphanMember, member.Name, $"at byte {member.HeaderOffset}; no instance of the metadata is there");
            }

            if (!names.Add(member.Name))
            {
                Add(IntegrityFindingKind.DuplicateMember, member.Name, $"again at byte {member.HeaderOffset}");
            }
        }
    }
}
