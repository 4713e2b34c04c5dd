using CloudOptimizedDicom.Metadata;

namespace CloudOptimizedDicom;

/// <summary>Holds what a caller knew beforehand against what was read.</summary>
internal static class HintCheck
{
    /// <param name="instance">The instance with its hints.</param>
    /// <param name="uids">What the file says.</param>
    /// <param name="sizeBytes">Its size.</param>
    /// <param name="crc32c">Its checksum; null when it is not known yet.</param>
    /// <exception cref="HintMismatchException">A hint is wrong.</exception>
    public static void Require(Instance instance, InstanceUids uids, long sizeBytes, uint? crc32c)
    {
        Hints hints = instance.Hints;
        RequireEqual(instance, nameof(Hints.InstanceUid), hints.InstanceUid, uids.InstanceUid);
        RequireEqual(instance, nameof(Hints.SeriesUid), hints.SeriesUid, uids.SeriesUid);
        RequireEqual(instance, nameof(Hints.StudyUid), hints.StudyUid, uids.StudyUid);
        if (hints.SizeBytes is { } size && size != sizeBytes)
        {
            throw new HintMismatchException(instance.OriginalPath, nameof(Hints.SizeBytes), $"{size}", $"{sizeBytes}");
        }

        if (hints.Crc32c is { } hint && crc32c is { } actual && hint != actual)
        {
            throw new HintMismatchException(instance.OriginalPath, nameof(Hints.Crc32c), Crc32c.ToBase64(hint), Crc32c.ToBase64(actual));
        }
    }

    /// <summary>
    /// Whether an instance is stored already with the same bytes, as far as its hints tell, or the answer that brought its
    /// header: it need not be read then, since nothing of it will be stored. One that conflicts must be, since that is noted.
    /// </summary>
    /// <remarks>The same goes for an instance that is part of the series by an earlier append.</remarks>
    public static bool IsSame(Instance instance, SeriesMetadata metadata)
    {
        if (instance.Record is { } record)
        {
            return metadata.TryGetInstance(record.Uid, out InstanceRecord? own) && own.SizeBytes == record.SizeBytes && own.Crc32c == record.Crc32c;
        }

        try
        {
            return metadata.UsesHashedUids == (instance.UidHasher is not null) && IsSameByHints(instance, metadata);
        }
        catch (UidHashingException)
        {
            return false;
        }
    }

    private static bool IsSameByHints(Instance instance, SeriesMetadata metadata)
    {
        if (instance.KnownSizeBytes is not { } size || instance.KnownCrc32c is not { } crc32c || instance.KnownUids is not { } uids
            || instance.ToStored(uids.StudyUid) != metadata.Series.StudyUid || instance.ToStored(uids.SeriesUid) != metadata.Series.SeriesUid
            || !metadata.TryGetInstance(instance.ToStored(uids.InstanceUid), out InstanceRecord? existing)
            || existing.SizeBytes != size || existing.Crc32c != crc32c)
        {
            return false;
        }

        instance.StoredUid = existing.Uid;
        return true;
    }

    private static void RequireEqual(Instance instance, string field, string? hint, string actual)
    {
        if (hint is not null && hint != actual)
        {
            throw new HintMismatchException(instance.OriginalPath, field, ShownText.Name(hint), ShownText.Name(actual));
        }
    }
}
