using CloudOptimizedDicom.Locking;
using CloudOptimizedDicom.Metadata;

namespace CloudOptimizedDicom;

internal sealed partial class RepairPlanner
{
    /// <summary>Neither metadata nor an archive: whatever the lock's backup knows is gone, and there is nothing to write.</summary>
    private SeriesMetadata? LoseAll()
    {
        NoteLost();
        return null;
    }

    /// <summary>The metadata of what was found; null when it is what is stored.</summary>
    private SeriesMetadata? Rebuild(bool? usesHashedUids, bool hasArchive)
    {
        // Python writes the metadata first, so it may be of an archive that never came, while the lock keeps that of this one.
        int more = Backup.Count(IsPlaced) - Stored.Count(IsPlaced);
        bool isOfBackup = objects.Metadata is null || more > 0 || (more == 0 && objects.IsMetadataDamaged);
        SeriesMetadata? known = isOfBackup ? backup ?? objects.Metadata : objects.Metadata;
        SeriesMetadata result = known?.Clone() ?? new SeriesMetadata(names.Id, usesHashedUids ?? false, MetadataVersion.V2);
        bool isChanged = known is null || !ReferenceEquals(known, objects.Metadata) || objects.IsMetadataDamaged;
        isChanged |= NoteLost();
        foreach (InstanceRecord record in result.Instances.ToArray())
        {
            if (!_placed.TryGetValue(record.Uid, out InstanceRecord? placed))
            {
                result.Remove(record.Uid);
            }
            else if (!ReferenceEquals(placed, record))
            {
                result.Replace(placed);
                isChanged = true;
                NoteOrigin(record, placed);
            }
        }

        foreach (InstanceRecord placed in _placed.Values.OrderBy(record => record.ArchiveRange.Offset).Where(record => !result.TryGetInstance(record.Uid, out _)))
        {
            result.Add(placed);
            isChanged = true;
            NoteOrigin(known: null, placed);
        }

        if (!hasArchive)
        {
            isChanged |= result.Tar is not null;
            (result.Tar, result.Index) = (null, null);
        }

        return isChanged ? result : null;
    }

    /// <summary>Names the instances whose bytes are nowhere; gives whether there are any.</summary>
    private bool NoteLost()
    {
        InstanceRecord[] gone = [.. Expected.Where(record => !IsPlaced(record))];
        string failures = string.Concat(originals.Failures.Select(failure => $"; {failure.TrimEnd('.')}"));
        foreach (InstanceRecord record in gone)
        {
            string? excuse = FindExcuse(record);
            if (excuse is null)
            {
                _lost.Add(record.Uid);
            }

            if (!_placed.ContainsKey(record.Uid))
            {
                _actions.Add(new RepairAction(RepairActionKind.ForgetInstance, record.Uid, excuse ?? $"its bytes are nowhere in the archive{failures}"));
            }
        }

        return gone.Length > 0;
    }

    /// <summary>Why an instance without bytes is no loss; null when it is one.</summary>
    private string? FindExcuse(InstanceRecord record)
    {
        // What stands where it should be, with other bytes, was there once: nobody has left it out.
        bool isRotten = IsRotten(record);

        // An archive of ours that the metadata does not name was brought by the writer that holds the lock, which drops nothing but
        // on purpose; one without the id of an upload was put there by another tool, and one with other bytes is damaged.
        if (!isRotten && IsBroughtUnderLock && objects is { Lock.Operation: LockOperation.Write or LockOperation.Append or LockOperation.Copy, Survey.IsSound: true, ArchiveInfo.UploadId: not null, IsArchiveDamaged: false }
            && objects.ArchiveInfo.Generation != objects.Metadata?.Tar?.Generation
            && objects.ArchiveStanding.Match is ArchiveMatch.Foreign or ArchiveMatch.Unproven)
        {
            return "the writer that holds the lock has left it out of its archive";
        }

        if (_placed.Values.Any(placed => HasSameBytes(placed, record)))
        {
            return "its bytes are those of another instance, so its record is damaged";
        }

        if (_isAsWritten && _placed.ContainsKey(record.Uid))
        {
            return "its record is damaged: the archive is as it was written";
        }

        // Only Python's metadata, which names no archive, comes before its archive.
        bool isOfUnfinishedWrite = !isRotten && objects.Metadata is { Tar: null } && backup is not null
            && !(backup.TryGetInstance(record.Uid, out InstanceRecord? before) && HasSameBytes(before, record));
        return isOfUnfinishedWrite ? "the write that holds the lock has named it, but never brought it" : null;
    }

    private bool IsRotten(InstanceRecord record) =>
        _doubts.Values.Any(doubt => doubt.Uid == record.Uid)
        || (objects.Survey?.Damages.Any(damage => damage.Range.Offset < record.ArchiveRange.End && record.ArchiveRange.Offset < damage.Range.End) ?? false);

    private void NoteOrigin(InstanceRecord? known, InstanceRecord placed)
    {
        if (known is not null && HasSameBytes(known, placed))
        {
            if (known.ArchiveRange == placed.ArchiveRange)
            {
                return;
            }

            _actions.Add(new RepairAction(RepairActionKind.MoveRecord, placed.Uid, $"from {known.ArchiveRange} to {placed.ArchiveRange}"));
        }
        else if (backup is not null && backup.TryGetInstance(placed.Uid, out InstanceRecord? kept) && HasSameBytes(kept, placed))
        {
            _actions.Add(new RepairAction(RepairActionKind.RestoreRecord, placed.Uid, "from the metadata that the lock keeps"));
        }
    }
}
