using CloudOptimizedDicom.Metadata;
using CloudOptimizedDicom.Storage;
using CloudOptimizedDicom.Tar;

namespace CloudOptimizedDicom;

/// <summary>
/// Tells by its bytes whether an archive is the one of the metadata: it has every instance at its place. One that no metadata names
/// must not have instances beside them either, which a writer that died would have left; what a verification only notes is no obstacle.
/// </summary>
/// <param name="metadata">The metadata.</param>
/// <param name="id">The series as stored.</param>
/// <param name="archiveUri">The archive as records name it.</param>
internal sealed class ArchiveProof(SeriesMetadata metadata, SeriesId id, string archiveUri)
{
    /// <summary>Brings an archive here and tells what does not fit; null when it is that of the metadata.</summary>
    /// <param name="standing">The archive; not read unless nothing else tells.</param>
    /// <param name="store">Where it is.</param>
    /// <param name="scratchDirectory">Room for it; null for the system's directory for temporary files.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    public async Task<string?> FindFaultAsync(
        ArchiveStanding standing, IObjectStore store, string? scratchDirectory, CancellationToken cancellationToken)
    {
        if (standing is not { IsUnproven: true, Live: { } live })
        {
            return null;
        }

        const string Replaced = "the archive was replaced while it was read";
        try
        {
            var options = new ObjectReadOptions { IfGenerationMatch = live.Generation };
            return await WholeRead.RunDamagedAsync(store, live.Name, options, async content =>
            {
                if (content is null)
                {
                    return Replaced;
                }

                ArchiveFile archive = await ArchiveFile.DownloadAsync(scratchDirectory, content, cancellationToken).ConfigureAwait(false);
                await using (archive.ConfigureAwait(false))
                {
                    return await FindFaultAsync(standing, archive, cancellationToken).ConfigureAwait(false);
                }
            }, cancellationToken).ConfigureAwait(false);
        }
        catch (PreconditionFailedException)
        {
            return Replaced;
        }
    }

    /// <summary>Tells what does not fit in an archive that is here; null when it is that of the metadata.</summary>
    public async Task<string?> FindFaultAsync(ArchiveStanding standing, ArchiveFile archive, CancellationToken cancellationToken)
    {
        try
        {
            using var hop = new TarHopReader(archive.Source) { ContinueBehindEnd = true };
            IReadOnlyList<TarMember> members = await hop.ReadAllAsync(cancellationToken).ConfigureAwait(false);
            return await FindFaultAsync(standing, members, archive.ChecksumAsync, archive.OpenRead, cancellationToken).ConfigureAwait(false);
        }
        catch (TarFormatException error)
        {
            return $"the archive does not fit the metadata ({error.Message})";
        }
    }

    /// <param name="standing">What is known of it.</param>
    /// <param name="members">Its members.</param>
    /// <param name="checksum">Gives the CRC-32C of a part of it.</param>
    /// <param name="open">Opens a part of it.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    public async Task<string?> FindFaultAsync(
        ArchiveStanding standing,
        IReadOnlyList<TarMember> members,
        Func<ByteRange, CancellationToken, Task<uint>> checksum,
        Func<ByteRange, Stream> open,
        CancellationToken cancellationToken)
    {
        HashSet<ByteRange> ranges = [.. members.Select(member => member.Data)];
        foreach (InstanceRecord record in metadata.Instances)
        {
            if (!ranges.Contains(record.ArchiveRange))
            {
                return $"the archive has no member at {record.ArchiveRange}, where instance {record.Uid} should be";
            }

            // Recorded bytes were compared as a whole. Python's may have the right places with other instances in them.
            if (metadata.Tar is null && await checksum(record.ArchiveRange, cancellationToken).ConfigureAwait(false) != record.Crc32c)
            {
                return $"the archive has other bytes at {record.ArchiveRange}, where instance {record.Uid} should be";
            }
        }

        return standing.IsUnproven ? await FindUnknownInstanceAsync(members, open, cancellationToken).ConfigureAwait(false) : null;
    }

    /// <summary>The instances that a verification calls orphans: those that a repair would take in.</summary>
    private async Task<string?> FindUnknownInstanceAsync(
        IReadOnlyList<TarMember> members, Func<ByteRange, Stream> open, CancellationToken cancellationToken)
    {
        HashSet<ByteRange> known = [.. metadata.Instances.Select(record => record.ArchiveRange)];
        var scanner = new MemberScanner(open, id, archiveUri, metadata.UsesHashedUids);
        foreach (TarMember member in members.Where(member => !known.Contains(member.Data)))
        {
            if (await scanner.TryScanAsync(member, cancellationToken).ConfigureAwait(false) is { } found && !metadata.TryGetInstance(found.Uid, out _))
            {
                return $"the archive was left by a writer that died: the metadata does not know instance {found.Uid}, which is in it";
            }
        }

        return null;
    }
}
