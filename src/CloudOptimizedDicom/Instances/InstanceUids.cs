using CloudOptimizedDicom.Part10;

namespace CloudOptimizedDicom;

/// <summary>The three UIDs that say where an instance belongs, as they are in its file.</summary>
internal sealed record InstanceUids(string InstanceUid, string SeriesUid, string StudyUid)
{
    /// <summary>Whether all three are there.</summary>
    public static bool AreIn(DicomDataset dataset) =>
        dataset.Find(DicomTag.SOPInstanceUID) >= 0 && dataset.Find(DicomTag.SeriesInstanceUID) >= 0 && dataset.Find(DicomTag.StudyInstanceUID) >= 0;

    /// <summary>Whether none of the three is what the end of the bytes has cut off; all of them are there.</summary>
    public static bool AreWhole(DicomDataset dataset) => !dataset.IsTruncated
        || (EndsBefore(dataset, DicomTag.SOPInstanceUID) && EndsBefore(dataset, DicomTag.SeriesInstanceUID) && EndsBefore(dataset, DicomTag.StudyInstanceUID));

    public static InstanceUids From(DicomDataset dataset) => new(
        Require(dataset, DicomTag.SOPInstanceUID), Require(dataset, DicomTag.SeriesInstanceUID), Require(dataset, DicomTag.StudyInstanceUID));

    public static InstanceUids From(InstanceScan scan) => new(
        Require(scan.InstanceUid, DicomTag.SOPInstanceUID, scan.Warnings),
        Require(scan.SeriesUid, DicomTag.SeriesInstanceUID, scan.Warnings),
        Require(scan.StudyUid, DicomTag.StudyInstanceUID, scan.Warnings));

    private static bool EndsBefore(DicomDataset dataset, DicomTag tag)
    {
        ref DicomElement element = ref dataset[dataset.Find(tag)];
        return element.ValueOffset + element.Length < dataset.EndOffset;
    }

    /// <summary>A damaged length makes a UID swallow what comes after it, which nothing can be named by, and which nobody may see.</summary>
    private static string Require(DicomDataset dataset, DicomTag tag)
    {
        string uid = Require(dataset.GetUid(tag), tag, dataset.Warnings);
        return uid.Length <= DicomUid.MaxNameLength && !uid.Any(char.IsControl)
            ? uid
            : throw new InvalidDicomException(dataset[dataset.Find(tag)].ValueOffset, tag, $"{ShownText.Uid(uid)}, as if the length were damaged");
    }

    /// <summary>A UID that is not there may be behind a place from which on nothing could be read: that is the reason then.</summary>
    private static string Require(string? uid, DicomTag tag, IReadOnlyList<DicomWarning> warnings)
    {
        if (uid is not null)
        {
            return uid;
        }

        string missing = $"there is no {DicomDictionary.GetKeyword(tag)}, so it is not known where the instance belongs";
        return FindCause(warnings) is { } cause
            ? throw new InvalidDicomException(cause.Offset, cause.Tag, $"{cause.Reason}; {missing}")
            : throw new InvalidDicomException(0, tag, missing);
    }

    /// <summary>The last of what costs elements: nothing behind it was read.</summary>
    private static DicomWarning? FindCause(IReadOnlyList<DicomWarning> warnings) =>
        warnings.LastOrDefault(warning => warning.Kind is DicomWarningKind.RestUnreadable or DicomWarningKind.EndsEarly)
        ?? warnings.FirstOrDefault(warning => warning.Kind is DicomWarningKind.SequenceUnreadable or DicomWarningKind.LengthTooLong);
}
