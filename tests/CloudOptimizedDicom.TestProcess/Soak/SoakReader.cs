using System.Diagnostics;

namespace CloudOptimizedDicom.TestProcess.Soak;

/// <summary>Reads instances, ranges and frames and compares every byte. Sometimes it continues with a series that it opened earlier.</summary>
internal sealed class SoakReader(SoakOutput output) : ISoakRole
{
    private const int MaxInstances = 8;

    private CodDatastore? _openedFrom;
    private CodObject? _opened;
    private int _openedSeries;

    /// <summary>A removal or replacement that dies before its metadata moves bytes or takes them away, and a reader misses them; an append never does.</summary>
    public bool MayFailWith(CodException error) =>
        error is CodObjectNotFoundException or SeriesChangedException || (error is TarValidationException && _openedSeries != SoakSettings.AppendedOnly);

    public async Task<int> WorkAsync(CodDatastore store, CodDatastore copies, int series, Random random)
    {
        CodObject open = await OpenAsync(store, series, random);
        series = _openedSeries;
        string[] uids = [.. open.GetInstances().Select(instance => instance.StoredUid!)];
        string[] some = [.. uids.OrderBy(_ => random.Next()).Take(MaxInstances)];
        return random.Next(4) switch
        {
            0 => await ReadInstancesAsync(open, series, some),
            1 => await ReadFramesAsync(open, series, some),
            2 => await ReadRangesAsync(open, series, some, random),
            _ => await StreamAsync(open, series),
        };
    }

    private async Task<CodObject> OpenAsync(CodDatastore store, int series, Random random)
    {
        if (_opened is not null && ReferenceEquals(_openedFrom, store) && random.Next(3) == 0)
        {
            return _opened;
        }

        SeriesId id = SoakInstance.Series(series);
        long since = Stopwatch.GetTimestamp();
        CodObject open = await store.OpenSeriesAsync(id.StudyUid, id.SeriesUid, CodMode.Read);
        output.Saw(series, since, [.. open.GetInstances().Select(instance => SoakInstance.NumberOf(instance.StoredUid!))]);
        (_openedFrom, _opened, _openedSeries) = (store, open, series);
        return open;
    }

    private async Task<int> ReadInstancesAsync(CodObject open, int series, string[] uids)
    {
        foreach (string uid in uids)
        {
            Compare(series, uid, "an instance", await open.ReadInstanceAsync(uid), SoakInstance.Build(series, SoakInstance.NumberOf(uid)));
        }

        return uids.Length;
    }

    private async Task<int> ReadFramesAsync(CodObject open, int series, string[] uids)
    {
        await foreach (DicomFrame frame in open.ReadFramesAsync(uids.Select(uid => new FrameKey(uid, 1))))
        {
            Compare(series, frame.InstanceUid, "a frame", frame.Bytes.Span, SoakInstance.Frame(series, SoakInstance.NumberOf(frame.InstanceUid), version: 0));
        }

        return uids.Length;
    }

    private async Task<int> ReadRangesAsync(CodObject open, int series, string[] uids, Random random)
    {
        foreach (string uid in uids)
        {
            byte[] expected = SoakInstance.Build(series, SoakInstance.NumberOf(uid));
            await using Stream stream = await open.OpenInstanceAsync(uid);
            for (int reads = 0; reads < 3; reads++)
            {
                int offset = random.Next(expected.Length);
                byte[] bytes = new byte[1 + random.Next(expected.Length - offset)];
                stream.Position = offset;
                await stream.ReadExactlyAsync(bytes);
                Compare(series, uid, $"bytes from {offset}", bytes, expected.AsSpan(offset, bytes.Length));
            }
        }

        return uids.Length;
    }

    private async Task<int> StreamAsync(CodObject open, int series)
    {
        int count = 0;
        await foreach (StreamedInstance streamed in open.StreamSeriesAsync())
        {
            using var bytes = new MemoryStream();
            await streamed.Content.CopyToAsync(bytes);
            string uid = streamed.Instance.StoredUid!;
            Compare(series, uid, "a streamed instance", bytes.ToArray(), SoakInstance.Build(series, SoakInstance.NumberOf(uid)));
            count++;
        }

        return count;
    }

    private void Compare(int series, string uid, string what, ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> expected)
    {
        if (!bytes.SequenceEqual(expected))
        {
            int same = bytes.CommonPrefixLength(expected);
            output.Wrong(series, $"{what} of {uid} has {bytes.Length} bytes of which {same} are right at its beginning; expected {expected.Length}");
        }
    }
}
