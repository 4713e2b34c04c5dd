using CloudOptimizedDicom.Json;
using CloudOptimizedDicom.Metadata;
using CloudOptimizedDicom.Part10;

namespace CloudOptimizedDicom;

/// <summary>Compares what the metadata has of an instance with what the instance itself holds.</summary>
internal static class RecordCheck
{
    private const int MaxTagsNamed = 5;

    /// <summary>By how much Python's native frames are too high.</summary>
    private const int PythonShift = 8;

    /// <summary>What a record shows to be wrong by itself: tags that cannot be read, or UIDs of another series than it is part of.</summary>
    public static IntegrityFinding? FindFault(InstanceRecord record, SeriesMetadata metadata)
    {
        if (FindUnreadable(record) is { } unreadable)
        {
            return new IntegrityFinding(IntegrityFindingKind.TagsDiffer, record.Uid, unreadable);
        }

        // Where UIDs are hashed those of the files tell nothing, and version 1.0 may lack them.
        (string, string, string) expected = (record.Uid, metadata.Series.SeriesUid, metadata.Series.StudyUid);
        return metadata.UsesHashedUids || record.InstanceUid.Length == 0 || (record.InstanceUid, record.SeriesUid, record.StudyUid) == expected
            ? null
            : new IntegrityFinding(
                IntegrityFindingKind.RecordDiffers,
                record.Uid,
                $"the metadata says instance {ShownText.Uid(record.InstanceUid)} of series {ShownText.Uid(record.SeriesUid)} of study {ShownText.Uid(record.StudyUid)} of an instance of {metadata.Series}");
    }

    public static IEnumerable<IntegrityFinding> Compare(InstanceRecord record, InstanceScan scan)
    {
        if ((record.InstanceUid, record.SeriesUid, record.StudyUid, record.HasPixelData)
            != (scan.InstanceUid ?? "", scan.SeriesUid ?? "", scan.StudyUid ?? "", scan.HasPixelData))
        {
            string recorded = Describe(record.InstanceUid, record.SeriesUid, record.StudyUid, record.HasPixelData);
            string found = Describe(scan.InstanceUid, scan.SeriesUid, scan.StudyUid, scan.HasPixelData);
            yield return new IntegrityFinding(IntegrityFindingKind.RecordDiffers, record.Uid, $"the metadata says {recorded}, the instance {found}");
        }

        if (FindTagDifferences(record, scan) is { } tags)
        {
            yield return new IntegrityFinding(IntegrityFindingKind.TagsDiffer, record.Uid, tags);
        }

        if (IsShifted(record.Frames, scan.Frames))
        {
            yield return new IntegrityFinding(
                IntegrityFindingKind.FramesShifted, record.Uid, $"the {scan.Frames!.Count} frames are {PythonShift} bytes before where the metadata says");
        }
        else if (!AreEqual(record.Frames, scan.Frames))
        {
            yield return new IntegrityFinding(
                IntegrityFindingKind.FramesDiffer, record.Uid, $"the metadata says {Describe(record.Frames)}, the instance {Describe(scan.Frames)}");
        }
    }

    private static string? FindUnreadable(InstanceRecord record)
    {
        try
        {
            _ = record.Metadata;
            return null;
        }
        catch (InstanceMetadataException error)
        {
            return error.Message;
        }
    }

    private static string? FindTagDifferences(InstanceRecord record, InstanceScan scan)
    {
        try
        {
            IReadOnlyList<string> tags = DicomJsonComparison.FindDifferences(record.Metadata, DicomJsonDataset.Parse(scan.DicomJson));
            string more = tags.Count > MaxTagsNamed ? $" and {tags.Count - MaxTagsNamed} more" : "";
            return tags.Count == 0 ? null : $"the metadata and the instance differ in {string.Join(", ", tags.Take(MaxTagsNamed).Select(Describe))}{more}";
        }
        catch (InstanceMetadataException error)
        {
            return error.Message;
        }
    }

    private static bool IsShifted(FrameIndex? recorded, FrameIndex? found)
    {
        if (recorded is null || found is null || recorded.Count != found.Count || recorded.Offsets[0] - found.Offsets[0] != PythonShift)
        {
            return false;
        }

        for (int i = 0; i < found.Count; i++)
        {
            if (recorded.Offsets[i] - found.Offsets[i] != PythonShift || recorded.Lengths[i] != found.Lengths[i])
            {
                return false;
            }
        }

        return true;
    }

    private static bool AreEqual(FrameIndex? a, FrameIndex? b) =>
        a is null || b is null ? a is null && b is null : a.Offsets.SequenceEqual(b.Offsets) && a.Lengths.SequenceEqual(b.Lengths);

    private static string Describe(FrameIndex? frames) => frames is null ? "nothing of frames" : $"{frames.Count} frames from byte {frames.Offsets[0]} on";

    private static string Describe(string tag) =>
        DicomTag.TryParse(tag, out DicomTag parsed) ? $"{parsed} {DicomDictionary.GetKeyword(parsed)}".TrimEnd() : $"an element with a name of {tag.Length} characters";

    private static string Describe(string? instanceUid, string? seriesUid, string? studyUid, bool hasPixelData) =>
        $"instance {ShownText.Uid(instanceUid)} of series {ShownText.Uid(seriesUid)} of study {ShownText.Uid(studyUid)} {(hasPixelData ? "with" : "without")} pixels";
}
