namespace CloudOptimizedDicom;

/// <summary>Frames that follow each other in the order asked for, and are fetched together.</summary>
/// <param name="Frames">The frames in that order.</param>
/// <param name="Bytes">About what they take, by the record alone.</param>
internal sealed record FrameBatch(IReadOnlyList<(InstanceRecord Record, int Number)> Frames, long Bytes)
{
    /// <summary>Cuts the list into batches of no more bytes than one request may bring, but at least one frame.</summary>
    public static List<FrameBatch> Cut(IEnumerable<(InstanceRecord Record, int Number)> frames, FrameReadOptions options)
    {
        var batches = new List<FrameBatch>();
        var open = new List<(InstanceRecord Record, int Number)>();
        var wholes = new HashSet<InstanceRecord>(ReferenceEqualityComparer.Instance);
        long bytes = 0;
        foreach ((InstanceRecord record, int number) in frames)
        {
            long next = GetBytes(record, number, isFetched: wholes.Contains(record));
            if (open.Count > 0 && bytes + next > options.MaxRequestBytes)
            {
                batches.Add(new FrameBatch(open, bytes));
                (open, bytes) = ([], 0);
                wholes.Clear();
                next = GetBytes(record, number, isFetched: false);
            }

            open.Add((record, number));
            bytes += next;
            if (record.Frames is null)
            {
                wholes.Add(record);
            }
        }

        if (open.Count > 0)
        {
            batches.Add(new FrameBatch(open, bytes));
        }

        return batches;
    }

    /// <summary>Without a table all of the instance is fetched, for all of its frames together.</summary>
    private static long GetBytes(InstanceRecord record, int number, bool isFetched) =>
        record.Frames is not { } table ? (isFetched ? 0 : record.SizeBytes)
        : number <= table.Count ? Math.Min(table.Lengths[number - 1], record.SizeBytes)
        : 0;
}
