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

    private const string Advice = "; cod repair --normalize writes the record anew from the instance";

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
        (string Recorded, string Found)[] uids =
        [
            (record.InstanceUid, scan.InstanceUid ?? ""), (record.SeriesUid, scan.SeriesUid ?? ""), (record.StudyUid, scan.StudyUid ?? ""),
        ];
        if (record.HasPixelData != scan.HasPixelData || uids.Any(pair => pair.Recorded != pair.Found))
        {
            bool isContradiction = uids.Any(pair => pair.Recorded != pair.Found && pair is { Recorded.Length: > 0, Found.Length: > 0 });
            string recorded = Describe(record.InstanceUid, record.SeriesUid, record.StudyUid, record.HasPixelData);
            string found = Describe(scan.InstanceUid, scan.SeriesUid, scan.StudyUid, scan.HasPixelData);
            yield return new IntegrityFinding(
                isContradiction ? IntegrityFindingKind.RecordDiffers : IntegrityFindingKind.RecordDeviates,
                record.Uid,
                $"the metadata says {recorded}, the instance {found}");
        }

        foreach (IntegrityFinding finding in CompareTags(record, scan).Concat(CompareFrames(record, scan)))
        {
            yield return finding;
        }
    }

    /// <summary>Whether a record has tags or frames that are not found in its instance.</summary>
    public static bool SaysMore(InstanceRecord record, InstanceScan scan) =>
        (record.Frames is not null && scan.Frames is null)
        || (FindUnreadable(record) is null && DicomJsonComparison.Compare(record.Metadata, DicomJsonDataset.Parse(scan.DicomJson))
            .Any(difference => difference.Kind == DicomJsonDifferenceKind.More));

    private static IEnumerable<IntegrityFinding> CompareFrames(InstanceRecord record, InstanceScan scan)
    {
        if (IsShifted(record.Frames, scan.Frames))
        {
            yield return new IntegrityFinding(
                IntegrityFindingKind.FramesShifted, record.Uid, $"the {scan.Frames!.Count} frames are {PythonShift} bytes before where the metadata says{Advice}");
        }
        else if (!AreEqual(record.Frames, scan.Frames))
        {
            bool isContradiction = record.Frames is not null && scan.Frames is not null;
            yield return new IntegrityFinding(
                isContradiction ? IntegrityFindingKind.FramesDiffer : IntegrityFindingKind.FramesDeviate,
                record.Uid,
                $"the metadata says {Describe(record.Frames)}, the instance {Describe(scan.Frames)}{Advice}");
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

    private static List<IntegrityFinding> CompareTags(InstanceRecord record, InstanceScan scan)
    {
        if (FindUnreadable(record) is { } unreadable)
        {
            return [new IntegrityFinding(IntegrityFindingKind.TagsDiffer, record.Uid, unreadable)];
        }

        ILookup<DicomJsonDifferenceKind, string> tags = DicomJsonComparison.Compare(record.Metadata, DicomJsonDataset.Parse(scan.DicomJson))
            .ToLookup(difference => difference.Kind, difference => difference.Tag);
        List<IntegrityFinding> findings = [];
        if (tags.Contains(DicomJsonDifferenceKind.Value))
        {
            string contradictions = Describe(tags[DicomJsonDifferenceKind.Value]);
            findings.Add(new IntegrityFinding(IntegrityFindingKind.TagsDiffer, record.Uid, $"the metadata and the instance differ in {contradictions}{Advice}"));
        }

        string[] deviations =
        [
            .. Sentence("leaves out", DicomJsonDifferenceKind.Less),
            .. Sentence("has, and the instance does not show,", DicomJsonDifferenceKind.More),
            .. Sentence("has other first bytes, or padding, of", DicomJsonDifferenceKind.Form),
        ];
        if (deviations.Length > 0)
        {
            findings.Add(new IntegrityFinding(IntegrityFindingKind.TagsDeviate, record.Uid, $"the metadata {string.Join("; ", deviations)}{Advice}"));
        }

        return findings;

        IEnumerable<string> Sentence(string verb, DicomJsonDifferenceKind kind) => tags.Contains(kind) ? [$"{verb} {Describe(tags[kind])}"] : [];
    }

    private static bool IsShifted(FrameIndex? recorded, FrameIndex? found)
    {
        if (recorded is null || found is null || recorded.Count != found.Count || recorded.Offsets[0] - found.Offsets[0] != PythonShift)
        {
            return false;
        }

        for (int i = 0; i < found.Count; i++)
        {
            // Python divides what there is by the number of frames, so its frames share the padding.
            long inFront = i * (recorded.Lengths[i] - found.Lengths[i]);
            if (recorded.Offsets[i] - found.Offsets[i] != PythonShift + inFront || recorded.Lengths[i] < found.Lengths[i])
            {
                return false;
            }
        }

        return true;
    }

    private static bool AreEqual(FrameIndex? a, FrameIndex? b) =>
        a is null || b is null ? a is null && b is null : a.Offsets.SequenceEqual(b.Offsets) && a.Lengths.SequenceEqual(b.Lengths);

    private static string Describe(FrameIndex? frames) => frames is null ? "nothing of frames" : $"{frames.Count} frames from byte {frames.Offsets[0]} on";

    private static string Describe(IEnumerable<string> tags)
    {
        string[] all = [.. tags];
        return $"{string.Join(", ", all.Take(MaxTagsNamed).Select(Describe))}{(all.Length > MaxTagsNamed ? $" and {all.Length - MaxTagsNamed} more" : "")}";
    }

    private static string Describe(string tag) =>
        DicomTag.TryParse(tag, out DicomTag parsed) ? $"{parsed} {DicomDictionary.GetKeyword(parsed)}".TrimEnd() : $"an element with a name of {tag.Length} characters";

    private static string Describe(string? instanceUid, string? seriesUid, string? studyUid, bool hasPixelData) =>
        $"instance {ShownText.Uid(instanceUid)} of series {ShownText.Uid(seriesUid)} of study {ShownText.Uid(studyUid)} {(hasPixelData ? "with" : "without")} pixels";
}
