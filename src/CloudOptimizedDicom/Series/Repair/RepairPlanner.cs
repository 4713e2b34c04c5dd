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
/// <param name="originals">Where instances may be found that the archive does not have.</param>
/// <param name="isNormalizing">Whether records that deviate from their instances are made anew.</param>
/// <param name="options">The datastore's, for the clock and the scratch directory.</param>
internal sealed partial class RepairPlanner(
    StoredObjects objects, SeriesNames names, string rootUri, SeriesMetadata? backup, OriginalSearch originals, bool isNormalizing, CodDatastoreOptions options)
{
    private readonly List<RepairAction> _actions = [];
    private readonly Dictionary<string, InstanceRecord> _placed = new(StringComparer.Ordinal);
    private readonly HashSet<TarMember> _used = new(ReferenceEqualityComparer.Instance);
    private readonly HashSet<string> _lost = new(StringComparer.Ordinal);
    private IReadOnlyList<TarMember> _members = objects.Survey?.Members ?? [];

    private string ArchiveUri => $"{rootUri}/{names.Tar}";

    private IReadOnlyList<InstanceRecord> Stored => objects.Metadata?.Instances ?? [];

    private IReadOnlyList<InstanceRecord> Backup => backup?.Instances ?? [];

    /// <summary>The instances that are expected to be there.</summary>
    private IReadOnlyList<InstanceRecord> Expected => objects.Metadata is null ? Backup : Stored;

    public async Task<RepairPlan> CreateAsync(CancellationToken cancellationToken)
    {
        ArchiveFile? newArchive = null;
        try
        {
            if (objects is { Archive: { } damaged, Survey: { IsSound: false } survey })
            {
                (newArchive, RewrittenArchive content) = await RewrittenArchive.CreateAsync(
                    damaged, survey, [.. Stored, .. Backup], options.ScratchDirectory, cancellationToken).ConfigureAwait(false);
                _members = content.Members;
                _actions.Add(new RepairAction(RepairActionKind.RewriteArchive, ArchiveUri, $"{_members.Count} members, all before its end"));
                _actions.AddRange(content.Kept);
            }

            bool? usesHashedUids = (newArchive ?? objects.Archive) is { } archive
                ? await PlaceAsync(archive, cancellationToken).ConfigureAwait(false)
                : null;
            if (await ChangeAsync(newArchive ?? objects.Archive, isRewritten: newArchive is not null, cancellationToken).ConfigureAwait(false) is { } changed)
            {
                await DisposeAsync(newArchive).ConfigureAwait(false);
                newArchive = changed;
            }

            if (isNormalizing && (newArchive ?? objects.Archive) is { } whole)
            {
                await NormalizeAsync(whole, cancellationToken).ConfigureAwait(false);
            }

            return ToPlan(newArchive, usesHashedUids);
        }
        catch
        {
            await DisposeAsync(newArchive).ConfigureAwait(false);
            throw;
        }
    }

    private static ValueTask DisposeAsync(ArchiveFile? archive) => archive?.DisposeAsync() ?? ValueTask.CompletedTask;

    private RepairPlan ToPlan(ArchiveFile? newArchive, bool? usesHashedUids)
    {
        bool isAllGone = newArchive is null && objects is { Archive: null, MetadataInfo: null };
        SeriesMetadata? newMetadata = isAllGone ? LoseAll() : Rebuild(usesHashedUids, hasArchive: newArchive is not null || objects.Archive is not null);
        byte[]? newIndex = null;
        if ((newArchive ?? objects.Archive) is { } archive)
        {
            newIndex = IndexIfNeeded(archive, isNew: newArchive is not null);
            newMetadata ??= newArchive is not null || newIndex is not null || objects.ArchiveStanding.Match == ArchiveMatch.Foreign
                ? objects.Metadata!.Clone() : null;
        }

        if (newMetadata is not null)
        {
            if (objects.MetadataFault is not null || objects.IsMetadataDamaged)
            {
                string reason = objects.MetadataFault?.Reason ?? "it is not what was uploaded";
                _actions.Add(new RepairAction(RepairActionKind.KeepDamagedMetadata, $"{rootUri}/{names.DamagedMetadata}", reason));
            }

            _actions.Add(new RepairAction(RepairActionKind.WriteMetadata, $"{rootUri}/{names.Metadata}", $"{newMetadata.Instances.Count} instances"));
        }

        return new RepairPlan
        {
            Actions = _actions,
            LostInstances = [.. Expected.Select(record => record.Uid).Where(_lost.Contains), .. _doubts.Values.Where(doubt => doubt.Expected is null).Select(doubt => doubt.Uid)],
            NewArchive = newArchive,
            NewIndex = newIndex,
            NewMetadata = newMetadata,
        };
    }

    private byte[]? IndexIfNeeded(ArchiveFile archive, bool isNew)
    {
        string? fault = IntegrityCheck.FindIndexFault(objects, _members)?.Message;
        if (fault is null && !isNew)
        {
            return null;
        }

        // The metadata vouches for no index of an archive that it does not describe.
        byte[] index = RatarmountIndex.Write(_members, archive.SizeBytes);
        if (fault is null && index.AsSpan().SequenceEqual(objects.Index))
        {
            return null;
        }

        _actions.Add(new RepairAction(RepairActionKind.WriteIndex, $"{rootUri}/{names.Index}", fault ?? "the archive is written anew"));
        return index;
    }
}
