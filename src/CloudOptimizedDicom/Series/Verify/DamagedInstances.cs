namespace CloudOptimizedDicom;

/// <summary>Tells which instances an archive with other bytes than the recorded ones does not have any more.</summary>
internal static class DamagedInstances
{
    private const int MaxNamed = 5;

    /// <summary>Compares each instance with its checksum.</summary>
    /// <param name="records">The instances.</param>
    /// <param name="archiveBytes">Bytes of the archive.</param>
    /// <param name="checksum">CRC-32C of a part of the archive.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <returns>What does not fit, for people; null when every instance has its bytes.</returns>
    public static async Task<string?> DescribeAsync(
        IEnumerable<InstanceRecord> records, long archiveBytes, Func<ByteRange, CancellationToken, Task<uint>> checksum, CancellationToken cancellationToken)
    {
        List<string> faults = [];
        int count = 0;
        foreach (InstanceRecord record in records)
        {
            if (await FindFaultAsync(record, archiveBytes, checksum, cancellationToken).ConfigureAwait(false) is { } fault && ++count <= MaxNamed)
            {
                faults.Add(fault);
            }
        }

        return count == 0
            ? null
            : $"{string.Join(", ", faults)}{(count > MaxNamed ? $" and {count - MaxNamed} more" : "")}; cod repair --from puts back what originals have";
    }

    private static async Task<string?> FindFaultAsync(
        InstanceRecord record, long archiveBytes, Func<ByteRange, CancellationToken, Task<uint>> checksum, CancellationToken cancellationToken)
    {
        if (record.ArchiveRange.End > archiveBytes)
        {
            return $"instance {record.Uid} at {record.ArchiveRange} is behind its end at {archiveBytes}";
        }

        uint found = await checksum(record.ArchiveRange, cancellationToken).ConfigureAwait(false);
        return found == record.Crc32c
            ? null
            : $"instance {record.Uid} has CRC-32C {Crc32c.ToBase64(found)}, the metadata says {Crc32c.ToBase64(record.Crc32c)}";
    }
}
