using CloudOptimizedDicom.Metadata;
using CloudOptimizedDicom.Storage;

namespace CloudOptimizedDicom;

/// <summary>
/// The one decision whether an archive is that of the metadata or was left by a writer that died. Appends, removals, writes,
/// copies, unlocking and repairs all take it from here, so that none refuses what another one calls sound.
/// </summary>
/// <param name="Live">The archive; null when there is none.</param>
/// <param name="Match">What it is to the metadata.</param>
internal readonly record struct ArchiveStanding(ObjectInfo? Live, ArchiveMatch Match)
{
    /// <summary>Whether nothing but the archive's bytes can tell, which is <see cref="ArchiveProof"/>.</summary>
    public bool IsUnproven => Match == ArchiveMatch.Unproven;

    /// <summary>What an upload may replace. Bytes that fit do not show that no other writer is about to commit them.</summary>
    public ArchiveFence Fence => new(Live?.Generation ?? 0, IsOfMetadata: Match is ArchiveMatch.Own or ArchiveMatch.Unmarked);

    /// <param name="metadata">The metadata; null when there is none.</param>
    /// <param name="live">The archive; null when there is none.</param>
    /// <param name="crc32c">Its CRC-32C; null when it is not known, and then only its generation counts.</param>
    public static ArchiveStanding Of(SeriesMetadata? metadata, ObjectInfo? live, uint? crc32c) => new(live, (metadata, live) switch
    {
        (null, null) => ArchiveMatch.Own,
        (null, _) => ArchiveMatch.Foreign,
        ({ Tar: null, Instances.Count: 0 }, null) => ArchiveMatch.Own,
        (_, null) => ArchiveMatch.Missing,
        ({ Tar: { } recorded }, _) => Compare(recorded, live, crc32c),

        // Python marks no upload, and ours are all marked.
        ({ Instances.Count: > 0 }, { UploadId: null }) => ArchiveMatch.Unmarked,
        _ => ArchiveMatch.Unproven,
    });

    /// <summary>Refuses an archive of which it is known without reading that it is not the one of the metadata.</summary>
    /// <exception cref="SeriesDamagedException">It is not.</exception>
    public void Require(string seriesUri)
    {
        string? reason = Match switch
        {
            ArchiveMatch.Missing => "there is metadata, but no archive",
            ArchiveMatch.Foreign => "the archive is not the one that the metadata describes",
            _ => null,
        };
        if (reason is not null)
        {
            throw new SeriesDamagedException(seriesUri, reason);
        }
    }

    private static ArchiveMatch Compare(ObjectIdentity recorded, ObjectInfo live, uint? crc32c) =>
        live.SizeBytes != recorded.SizeBytes || (crc32c is { } known && known != recorded.Crc32c) ? ArchiveMatch.Foreign
        : live.Generation == recorded.Generation ? ArchiveMatch.Own
        : crc32c is null ? ArchiveMatch.Foreign : ArchiveMatch.Copied;
}
