using System.Buffers;
using System.Collections.Concurrent;
using CloudOptimizedDicom.Part10;

namespace CloudOptimizedDicom;

/// <summary>
/// The frames of one instance within one call: cut out by range where a table names them, else from the whole instance,
/// which is fetched once. Thread-safe.
/// </summary>
/// <param name="bytes">The instance; disposed with this.</param>
/// <param name="seriesUri">The series, to name in errors.</param>
/// <param name="options">How ranges are merged.</param>
/// <param name="known">The tables that were proven, for this call and later ones; null for instances that have none.</param>
internal sealed partial class FrameSource(
    InstanceBytes bytes, string seriesUri, FrameReadOptions options, ConcurrentDictionary<InstanceRecord, FrameIndex?> known) : IAsyncDisposable
{
    private readonly SemaphoreSlim _locating = new(1);
    private FrameFormat? _format;

    /// <summary>The proven table of the instance; null when it has none.</summary>
    public async ValueTask<FrameIndex?> LocateAsync(CancellationToken cancellationToken)
    {
        if (known.TryGetValue(bytes.Record, out FrameIndex? index))
        {
            return index;
        }

        await _locating.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return known.TryGetValue(bytes.Record, out index)
                ? index
                : known[bytes.Record] = await FrameLocator.ResolveAsync(bytes.Record, ReadAsync, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _locating.Release();
        }

        async ValueTask<ReadOnlyMemory<byte>> ReadAsync(ByteRange range, CancellationToken token) =>
            await bytes.ReadAsync(range, static length => new byte[length], token).ConfigureAwait(false);
    }

    /// <summary>Reads frames.</summary>
    /// <param name="numbers">Which, counted from 1, in any order.</param>
    /// <param name="allocate">Gives the memory for a frame: its place in the list, and its bytes. The last that was given counts.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <returns>What the frames are.</returns>
    /// <exception cref="FrameNotFoundException">There is no such frame.</exception>
    /// <exception cref="FrameUnavailableException">The frames cannot be told apart.</exception>
    public async Task<(FrameFormat Format, bool IsEncapsulated)> ReadAsync(
        IReadOnlyList<int> numbers, Func<int, int, Memory<byte>> allocate, CancellationToken cancellationToken)
    {
        FrameFormat format = _format ??= FrameFormat.Of(bytes.Record);
        RequireFrames(numbers, format.FrameCount);
        if (!known.ContainsKey(bytes.Record) && FrameLocator.FindUnproven(bytes.Record) is { } unproven
            && await TryReadRangesAsync(unproven, isEncapsulated: true, numbers, allocate, format.TransferSyntax, cancellationToken).ConfigureAwait(false))
        {
            return (format, IsEncapsulated: true);
        }

        if (format.TransferSyntax.IsEncapsulated is { } isEncapsulated && await LocateAsync(cancellationToken).ConfigureAwait(false) is { } index)
        {
            RequireFrames(numbers, index.Count);
            if (await TryReadRangesAsync(index, isEncapsulated, numbers, allocate, unproven: null, cancellationToken).ConfigureAwait(false))
            {
                return (format, isEncapsulated);
            }
        }

        ParsedFrames parsed = await ReadParsedAsync(numbers, allocate, cancellationToken).ConfigureAwait(false);
        return (format with { TransferSyntax = parsed.TransferSyntax }, parsed.IsEncapsulated);
    }

    public ValueTask DisposeAsync() => bytes.DisposeAsync();

    /// <summary>
    /// Reads frames by a table; false when that leads to something else than frames. Of a table that is not proven each frame
    /// is seen to be one, of the transfer syntax <paramref name="unproven"/>.
    /// </summary>
    private async Task<bool> TryReadRangesAsync(
        FrameIndex index,
        bool isEncapsulated,
        IReadOnlyList<int> numbers,
        Func<int, int, Memory<byte>> allocate,
        TransferSyntax? unproven,
        CancellationToken cancellationToken)
    {
        // With the header of the first fragment the frame shows where its other fragments begin.
        int headerBytes = isEncapsulated ? PixelFragment.HeaderBytes : 0;
        int behindBytes = unproven is null ? 0 : FragmentedFrame.SeenBehindBytes;
        if (headerBytes > index.Offsets[0])
        {
            return false;
        }

        var parts = new (int Slot, ByteRange Range)[numbers.Count];
        for (int slot = 0; slot < parts.Length; slot++)
        {
            ByteRange frame = index[numbers[slot] - 1];
            parts[slot] = (slot, ByteRange.FromStartAndEnd(frame.Offset - headerBytes, Math.Max(frame.End, Math.Min(frame.End + behindBytes, bytes.Record.SizeBytes))));
            RequireMemory(numbers[slot], parts[slot].Range.Length);
        }

        bool[] areRight = await Task.WhenAll(FrameRun.Merge(parts, options).Select(
            run => isEncapsulated || run.Parts.Count > 1 ? ReadSharedAsync(run) : ReadAloneAsync(run))).ConfigureAwait(false);
        return areRight.All(isRight => isRight);

        async Task<bool> ReadAloneAsync(FrameRun run)
        {
            await bytes.ReadAsync(run.Range, length => allocate(run.Parts[0].Slot, length), cancellationToken).ConfigureAwait(false);
            return true;
        }

        async Task<bool> ReadSharedAsync(FrameRun run)
        {
            byte[]? rented = null;
            try
            {
                Memory<byte> read = await bytes.ReadAsync(
                    run.Range, length => (rented = ArrayPool<byte>.Shared.Rent(length)).AsMemory(0, length), cancellationToken).ConfigureAwait(false);
                return run.Parts.All(part => TryCut(
                    read.Span.Slice((int)(part.Range.Offset - run.Range.Offset), (int)part.Range.Length), part.Slot));
            }
            finally
            {
                if (rented is not null)
                {
                    ArrayPool<byte>.Shared.Return(rented);
                }
            }
        }

        bool TryCut(ReadOnlySpan<byte> read, int slot)
        {
            int number = numbers[slot];
            ReadOnlySpan<byte> stored = read[..(int)(headerBytes + index.Lengths[number - 1])];
            if (!isEncapsulated)
            {
                stored.CopyTo(allocate(slot, stored.Length).Span);
                return true;
            }

            if ((unproven is not null && !FragmentedFrame.IsFrame(unproven, stored, read[stored.Length..], isLast: number == index.Count))
                || FragmentedFrame.Measure(stored) is not { } length)
            {
                return false;
            }

            FragmentedFrame.Join(stored, allocate(slot, length).Span);
            return true;
        }
    }

    private void RequireFrames(IReadOnlyList<int> numbers, int count)
    {
        foreach (int number in numbers)
        {
            if (number > count)
            {
                throw new FrameNotFoundException(seriesUri, bytes.Record.Uid, number, count);
            }
        }
    }

    private void RequireMemory(int number, long length)
    {
        if (length > Array.MaxLength)
        {
            throw new FrameUnavailableException(seriesUri, bytes.Record.Uid, $"frame {number} has {length} bytes, more than fit into one array");
        }
    }
}
