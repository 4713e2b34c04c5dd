using System.Runtime.CompilerServices;

namespace CloudOptimizedDicom;

/// <summary>
/// Reads frames of a series in the order asked for: batches are fetched ahead of the caller, as far as the options allow, and
/// each instance that has to be fetched whole is fetched once.
/// </summary>
/// <param name="batches">What is wanted.</param>
/// <param name="options">How.</param>
/// <param name="open">Opens an instance, and says whether more than one batch needs it.</param>
internal sealed class FrameReader(
    IReadOnlyList<FrameBatch> batches, FrameReadOptions options, Func<InstanceRecord, bool, FrameSource> open)
{
    private readonly Dictionary<InstanceRecord, FrameSource> _sources = new(ReferenceEqualityComparer.Instance);

    /// <summary>How many batches that are not done with need an instance.</summary>
    private readonly Dictionary<InstanceRecord, int> _users = new(ReferenceEqualityComparer.Instance);

    /// <summary>Batches that were started: for each frame the read of its instance, and its place among that read's frames.</summary>
    private readonly Queue<(Task<DicomFrame[]> Read, int Slot)[]> _ahead = [];

    public async IAsyncEnumerable<DicomFrame> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        CountUsers();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            int started = 0;
            long aheadBytes = 0;
            for (int current = 0; current < batches.Count; current++)
            {
                while (started < batches.Count && (started == current || aheadBytes + batches[started].Bytes <= options.MaxAheadBytes))
                {
                    aheadBytes += batches[started].Bytes;
                    _ahead.Enqueue(Start(batches[started++], stop.Token));
                }

                foreach ((Task<DicomFrame[]> read, int slot) in _ahead.Peek())
                {
                    DicomFrame[] frames = await read.ConfigureAwait(false);
                    yield return frames[slot];
                }

                _ahead.Dequeue();
                aheadBytes -= batches[current].Bytes;
                await ReleaseAsync(batches[current]).ConfigureAwait(false);
            }
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await StopAsync().ConfigureAwait(false);
        }
    }

    private void CountUsers()
    {
        foreach (InstanceRecord record in batches.SelectMany(RecordsOf))
        {
            _users[record] = _users.GetValueOrDefault(record) + 1;
        }
    }

    private (Task<DicomFrame[]> Read, int Slot)[] Start(FrameBatch batch, CancellationToken cancellationToken)
    {
        var reads = new (Task<DicomFrame[]> Read, int Slot)[batch.Frames.Count];
        foreach (IGrouping<object, int> ofInstance in Enumerable.Range(0, reads.Length).GroupBy(i => (object)batch.Frames[i].Record, ReferenceEqualityComparer.Instance))
        {
            var record = (InstanceRecord)ofInstance.Key;
            int[] places = [.. ofInstance];
            int[] numbers = Array.ConvertAll(places, place => batch.Frames[place].Number);
            if (!_sources.TryGetValue(record, out FrameSource? source))
            {
                _sources[record] = source = open(record, _users[record] > 1);
            }

            // Tags are inflated and parsed before the first request, so instances begin beside each other.
            Task<DicomFrame[]> read = Task.Run(() => ReadAsync(source, record.Uid, numbers, cancellationToken), cancellationToken);
            for (int slot = 0; slot < places.Length; slot++)
            {
                reads[places[slot]] = (read, slot);
            }
        }

        return reads;
    }

    private static async Task<DicomFrame[]> ReadAsync(FrameSource source, string uid, int[] numbers, CancellationToken cancellationToken)
    {
        var memory = new byte[numbers.Length][];
        (FrameFormat format, bool isEncapsulated) = await source.ReadAsync(
            numbers, (slot, length) => memory[slot] = GC.AllocateUninitializedArray<byte>(length), cancellationToken).ConfigureAwait(false);
        return [.. numbers.Select((number, slot) => new DicomFrame(new FrameKey(uid, number), format, isEncapsulated, memory[slot]))];
    }

    private static IEnumerable<InstanceRecord> RecordsOf(FrameBatch batch) => batch.Frames.Select(frame => frame.Record).Distinct(ReferenceEqualityComparer.Instance).Cast<InstanceRecord>();

    private async Task ReleaseAsync(FrameBatch batch)
    {
        foreach (InstanceRecord record in RecordsOf(batch))
        {
            if (--_users[record] == 0 && _sources.Remove(record, out FrameSource? source))
            {
                await source.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    private async Task StopAsync()
    {
        foreach (Task read in _ahead.SelectMany(reads => reads).Select(frame => frame.Read).Distinct())
        {
            await read.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        foreach (FrameSource source in _sources.Values)
        {
            await source.DisposeAsync().ConfigureAwait(false);
        }
    }
}
