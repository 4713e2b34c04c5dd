using CloudOptimizedDicom.Json;
using CloudOptimizedDicom.Metadata;
using CloudOptimizedDicom.Part10;

namespace CloudOptimizedDicom;

/// <summary>
/// Finds what Python has made of an instance that is given again. Python 0.2.x stores JPEG 2000 under a SOP Instance UID that it draws,
/// so only the path and the tags that a compression leaves alone show that it is the same picture. Not thread-safe.
/// </summary>
/// <param name="metadata">The series.</param>
internal sealed class TranscodedInstances(SeriesMetadata metadata)
{
    /// <summary>Where both have one of these, they must be equal. Python leaves out values that are not legal.</summary>
    private static readonly DicomTag[] Identifying =
    [
        DicomTag.SOPClassUID, DicomTag.InstanceNumber, DicomTag.AcquisitionNumber, DicomTag.AcquisitionDate, DicomTag.AcquisitionTime,
        DicomTag.AcquisitionDateTime, DicomTag.ContentDate, DicomTag.ContentTime, DicomTag.ImagePositionPatient, DicomTag.ImageOrientationPatient,
        DicomTag.SliceLocation, DicomTag.TemporalPositionIdentifier, DicomTag.EchoNumbers, DicomTag.TriggerTime, DicomTag.ImageType,
        DicomTag.Rows, DicomTag.Columns, DicomTag.NumberOfFrames,
    ];

    /// <summary>One of these must be there: the others are the same throughout many a series.</summary>
    private static readonly DicomTag[] Distinguishing =
    [
        DicomTag.InstanceNumber, DicomTag.ImagePositionPatient, DicomTag.SliceLocation, DicomTag.AcquisitionTime, DicomTag.AcquisitionDateTime, DicomTag.ContentTime,
    ];

    private readonly Lazy<ILookup<string, InstanceRecord>> _byFileName = new(() => metadata.Instances.ToLookup(record => FileName(record.OriginalPath)));
    private readonly Dictionary<string, InstanceRecord[]> _transcodedByFileName = new(StringComparer.Ordinal);

    /// <summary>Whether the tags of a new instance have to be looked at: something of its file's name is stored as JPEG 2000.</summary>
    public bool MayHave(string originalPath) => FindCandidates(originalPath).Length > 0;

    /// <summary>The stored picture of an instance whose UID is not stored; null when there is none.</summary>
    /// <param name="originalPath">Where the instance comes from.</param>
    /// <param name="tags">Its tags, or those before its pixels.</param>
    public StoredPicture? Find(string originalPath, DicomJsonDataset tags)
    {
        if (IsJpeg2000(tags))
        {
            return null;
        }

        string path = Normalize(originalPath);
        InstanceRecord[] candidates = FindCandidates(originalPath);
        return Array.Find(candidates, record => Normalize(record.OriginalPath) == path && IsSamePicture(record, tags)) is { } same ? new StoredPicture(same, IsSamePath: true)
            : Array.Find(candidates, record => IsSamePicture(record, tags)) is { } elsewhere ? new StoredPicture(elsewhere, IsSamePath: false)
            : null;
    }

    private InstanceRecord[] FindCandidates(string originalPath)
    {
        string name = FileName(originalPath);
        if (name.Length == 0)
        {
            return [];
        }

        if (!_transcodedByFileName.TryGetValue(name, out InstanceRecord[]? transcoded))
        {
            _transcodedByFileName[name] = transcoded = [.. _byFileName.Value[name].Where(IsTranscoded)];
        }

        return transcoded;
    }

    private static bool IsSamePicture(InstanceRecord record, DicomJsonDataset tags)
    {
        DicomJsonDataset stored = record.Metadata;
        if (NumberOf(stored) is { } number && NumberOf(tags) is { } other && number != other)
        {
            // Where all files of a series have one name, this tells most apart without comparing all of their tags.
            return false;
        }

        HashSet<string> differences = [.. DicomJsonComparison.FindDifferences(stored, tags)];
        bool IsEqual(DicomTag tag) => !differences.Contains($"{tag.Value:X8}");
        return Array.TrueForAll(Identifying, tag => !stored.Contains(tag) || IsEqual(tag))
            && Array.Exists(Distinguishing, tag => IsEqual(tag) && stored.GetStrings(tag).Any(value => !string.IsNullOrEmpty(value)));
    }

    private static string? NumberOf(DicomJsonDataset tags) => tags.GetStrings(DicomTag.InstanceNumber) is [var number, ..] ? number : null;

    /// <summary>Metadata that is damaged is no reason to refuse another instance.</summary>
    private static bool IsTranscoded(InstanceRecord record)
    {
        try
        {
            return IsJpeg2000(record.Metadata);
        }
        catch (InstanceMetadataException)
        {
            return false;
        }
    }

    private static bool IsJpeg2000(DicomJsonDataset tags) =>
        tags.GetStrings(DicomTag.TransferSyntaxUID) is [{ } uid, ..] && TransferSyntax.FromUid(uid).Family == TransferSyntaxFamily.Jpeg2000;

    private static string FileName(string path)
    {
        string normal = Normalize(path);
        return normal[(normal.LastIndexOfAny(['/', '\\']) + 1)..];
    }

    /// <summary>One spelling for all that name the same: schemes and hosts in small letters, files of this machine by their full path.</summary>
    private static string Normalize(string path)
    {
        int scheme = path.IndexOf("://", StringComparison.Ordinal);
        if (path.Length == 0)
        {
            return path;
        }

        try
        {
            return scheme < 0 ? Path.GetFullPath(path)
                : path.StartsWith("file:", StringComparison.OrdinalIgnoreCase) ? Path.GetFullPath(new Uri(path).LocalPath)
                : path.StartsWith("http", StringComparison.OrdinalIgnoreCase) ? new Uri(path).AbsoluteUri
                : path[..scheme].ToLowerInvariant() + path[scheme..];
        }
        catch (Exception error) when (error is ArgumentException or UriFormatException or NotSupportedException or PathTooLongException)
        {
            return path;
        }
    }
}
