using System.Formats.Tar;
using CloudOptimizedDicom.Part10;
using CloudOptimizedDicom.Tar;

namespace CloudOptimizedDicom;

/// <summary>Reads members of an archive as instances of its series. Not thread-safe.</summary>
/// <param name="open">Opens a part of the archive.</param>
/// <param name="id">The series as stored.</param>
/// <param name="archiveUri">The archive as records name it.</param>
/// <param name="usesHashedUids">Whether the series hides its UIDs; null when nothing says so, and its first instance tells.</param>
internal sealed class MemberScanner(Func<ByteRange, Stream> open, SeriesId id, string archiveUri, bool? usesHashedUids)
{
    private const string NamePrefix = "instances/";
    private const string NameExtension = ".dcm";

    /// <summary>Whether the series hides its UIDs, as far as it is known.</summary>
    public bool? UsesHashedUids { get; private set; } = usesHashedUids;

    /// <summary>The UID that a member is named by, as stored; empty when it is named otherwise.</summary>
    public static string UidOf(TarMember member) =>
        member.Name.StartsWith(NamePrefix, StringComparison.Ordinal) && member.Name.EndsWith(NameExtension, StringComparison.Ordinal)
            ? member.Name[NamePrefix.Length..^NameExtension.Length]
            : "";

    /// <summary>Scans a member; null when it is no instance of this series.</summary>
    public async Task<(string Uid, InstanceScan Scan)?> TryScanAsync(TarMember member, CancellationToken cancellationToken)
    {
        if (member.Type is not (TarEntryType.RegularFile or TarEntryType.V7RegularFile)
            || member.Name.StartsWith(SeriesNames.DamagedFolder, StringComparison.Ordinal))
        {
            return null;
        }

        try
        {
            Stream content = open(member.Data);
            await using (content.ConfigureAwait(false))
            {
                InstanceScan scan = await InstanceScanner.ScanAsync(
                    content, copyTo: null, dataset => $"{archiveUri}://{SeriesNames.Member(ToUid(member, dataset))}", cancellationToken).ConfigureAwait(false);
                return IsOfSeries(scan) && ToUid(member, scan.InstanceUid) is var uid && DicomUid.IsSafeName(uid) ? (uid, scan) : null;
            }
        }
        catch (InvalidDicomException)
        {
            return null;
        }
    }

    private string ToUid(TarMember member, DicomDataset dataset)
    {
        (string? study, string? series) = (dataset.GetUid(DicomTag.StudyInstanceUID), dataset.GetUid(DicomTag.SeriesInstanceUID));
        if (study is not null && series is not null)
        {
            UsesHashedUids ??= InferHashedUids(member, dataset.GetUid(DicomTag.SOPInstanceUID), (study, series) == (id.StudyUid, id.SeriesUid));
        }

        return ToUid(member, dataset.GetUid(DicomTag.SOPInstanceUID));
    }

    /// <summary>An instance of another series that is named by its own UID was copied here from there: it tells nothing.</summary>
    private static bool? InferHashedUids(TarMember member, string? instanceUid, bool isOfSeries) =>
        isOfSeries ? false : UidOf(member) is { Length: > 0 } name && name != instanceUid ? true : null;

    /// <summary>A hash cannot be made again here, but the member was named by it.</summary>
    private string ToUid(TarMember member, string? instanceUid) => UsesHashedUids == true ? UidOf(member) : instanceUid ?? "";

    private bool IsOfSeries(InstanceScan scan) =>
        scan is { HasPart10Prefix: true, InstanceUid: not null, SeriesUid: not null, StudyUid: not null }
        && (UsesHashedUids == true || (scan.StudyUid == id.StudyUid && scan.SeriesUid == id.SeriesUid));
}
