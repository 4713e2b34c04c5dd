namespace CloudOptimizedDicom;

/// <summary>A whole instance takes the place of its own beginning, as a transfer that broke off has left it.</summary>
internal sealed partial class AppendSession
{
    private readonly List<InstanceRecord> _replaced = [];

    /// <summary>What is in the archive still, although another member has taken its place: the archive is to be made anew without it.</summary>
    public IReadOnlyList<InstanceRecord> Replaced => _replaced;

    /// <summary>
    /// Puts an instance that has no warnings in the place of a stored one. The stored bytes must be its first bytes, byte for
    /// byte; a checksum alone is not enough to let go of bytes.
    /// </summary>
    /// <returns>Whether it is there now; if not, nothing has changed.</returns>
    private async Task<bool> TryReplaceAsync(PreparedInstance prepared, InstanceRecord existing, uint crc32c, CancellationToken cancellationToken)
    {
        Instance instance = prepared.Instance;
        RequireRoom(prepared, existing.SizeBytes);
        ScratchArchive scratch = await openScratch(cancellationToken).ConfigureAwait(false);
        ScratchArchive.Mark mark = scratch.GetMark();
        InstanceRecord record;
        if (prepared.Scan is not null)
        {
            record = await AddAsync(prepared, existing.Uid, scratch, cancellationToken).ConfigureAwait(false);
        }
        else
        {
            // It went by once, for its checksum.
            PreparedInstance again = await OpenAsync(instance, cancellationToken).ConfigureAwait(false);
            await using (again.ConfigureAwait(false))
            {
                record = await AddAsync(again, existing.Uid, scratch, cancellationToken).ConfigureAwait(false);
            }
        }

        bool begins = instance.Warnings.Count == 0 && record.Crc32c == crc32c
            && await scratch.AreEqualAsync(existing.ArchiveRange, new ByteRange(record.ArchiveRange.Offset, existing.SizeBytes), cancellationToken).ConfigureAwait(false);
        if (!begins)
        {
            scratch.RollBack(mark);
            return false;
        }

        _replaced.Add(existing);
        if (_new.Find(added => added.StoredUid == existing.Uid) is { } earlier)
        {
            // It came in this very call, and is what is not stored now.
            _new.Remove(earlier);
            Take(earlier, _conflict, AppendReason.OtherBytes);
            earlier.Discard();
        }

        metadata.Replace(record);
        instance.Record = record;
        instance.DicomUri = $"{scratch.Path}://{SeriesNames.Member(record.Uid)}";
        HasChanges = true;
        _seriesBytes += record.SizeBytes - existing.SizeBytes;
        Take(instance, _new, AppendReason.ReplacedBeginning);
        return true;
    }
}
