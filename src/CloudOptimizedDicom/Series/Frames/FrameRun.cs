namespace CloudOptimizedDicom;

/// <summary>Frames of one instance that come with one request.</summary>
/// <param name="Range">What is asked for, within the instance.</param>
/// <param name="Parts">The frames in it, by place, each with the place in the caller's list that it is for.</param>
internal sealed record FrameRun(ByteRange Range, IReadOnlyList<(int Slot, ByteRange Range)> Parts)
{
    /// <summary>Joins ranges that lie close together; a run becomes longer than allowed only where one frame is.</summary>
    public static IReadOnlyList<FrameRun> Merge(IEnumerable<(int Slot, ByteRange Range)> parts, FrameReadOptions options)
    {
        var runs = new List<FrameRun>();
        var open = new List<(int Slot, ByteRange Range)>();
        ByteRange run = default;
        foreach ((int slot, ByteRange range) in parts.OrderBy(part => part.Range.Offset))
        {
            long end = Math.Max(run.End, range.End);
            if (open.Count > 0 && (range.Offset - run.End > options.MaxGapBytes || end - run.Offset > Math.Max(options.MaxRequestBytes, run.Length)))
            {
                runs.Add(new FrameRun(run, open));
                open = [];
            }

            run = open.Count == 0 ? range : ByteRange.FromStartAndEnd(run.Offset, end);
            open.Add((slot, range));
        }

        if (open.Count > 0)
        {
            runs.Add(new FrameRun(run, open));
        }

        return runs;
    }
}
