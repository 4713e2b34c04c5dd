using CloudOptimizedDicom.Metadata;

namespace CloudOptimizedDicom;

/// <summary>What is required of an instance; a plan requires the same.</summary>
internal sealed partial class AppendSession
{
    /// <summary>
    /// Whether an error costs only its instance; one of the stored instance that it is compared with does. One of the scratch
    /// disk or of the store costs the call.
    /// </summary>
    public static bool IsOfInstance(Exception error) => error
        is Part10.InvalidDicomException or SourceChangedException or SeriesMismatchException or HintMismatchException or SourceReadException
        or InstanceTooLargeException or InstanceRefusedException or SeriesTooLargeException or UidHashingException
        or TarValidationException or SeriesChangedException;

    /// <summary>Bytes of all instances that a series has.</summary>
    public static long BytesOf(SeriesMetadata metadata) =>
        metadata.Instances.Aggregate(0L, (sum, record) => long.CreateSaturating((Int128)sum + record.SizeBytes));

    /// <summary>A series either hides the UIDs of all its instances or of none.</summary>
    public static void RequireHasher(Instance instance, SeriesMetadata metadata)
    {
        if (metadata.UsesHashedUids != (instance.UidHasher is not null))
        {
            throw new UidHashingException(instance.OriginalPath, metadata.UsesHashedUids
                ? $"the series {metadata.Series} hides its UIDs, and the instance has no {nameof(Instance.UidHasher)}"
                : $"the series {metadata.Series} has its UIDs in clear, and the instance has a {nameof(Instance.UidHasher)}");
        }
    }

    /// <summary>The UID under which an instance of the series is stored.</summary>
    /// <exception cref="SeriesMismatchException">It is of another series.</exception>
    /// <exception cref="Part10.InvalidDicomException">Its UID cannot be part of a name.</exception>
    public static string RequireBelongs(Instance instance, InstanceUids uids, SeriesId series)
    {
        string studyUid = instance.ToStored(uids.StudyUid);
        string seriesUid = instance.ToStored(uids.SeriesUid);
        if (studyUid != series.StudyUid || seriesUid != series.SeriesUid)
        {
            throw new SeriesMismatchException(instance.DicomUri, series, ShownText.Name(studyUid), ShownText.Name(seriesUid));
        }

        string uid = instance.ToStored(uids.InstanceUid);
        return DicomUid.IsSafeName(uid)
            ? uid
            : throw new Part10.InvalidDicomException(0, Part10.DicomTag.SOPInstanceUID, $"{ShownText.Uid(uid)} cannot name an instance");
    }

    /// <summary>Whether a conflict is noted with the path that others can find it by.</summary>
    public static bool IsRemote(Instance instance) => instance.OriginalPath.Contains("://", StringComparison.Ordinal)
        && !instance.OriginalPath.StartsWith("file:", StringComparison.OrdinalIgnoreCase);
}
