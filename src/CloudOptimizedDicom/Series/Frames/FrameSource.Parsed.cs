using System.Buffers;
using System.IO.Compression;
using CloudOptimizedDicom.Part10;

namespace CloudOptimizedDicom;

internal sealed partial class FrameSource
{
    private ParsedFrames? _parsed;

    /// <summary>Reads frames from the whole instance.</summary>
    private Task<ParsedFrames> ReadParsedAsync(
        IReadOnlyList<int> numbers, Func<int, int, Memory<byte>> allocate, CancellationToken cancellationToken) => bytes.UseWholeAsync(
        async whole =>
        {
            ParsedFrames parsed = _parsed ??= await ParseAsync(whole, cancellationToken).ConfigureAwait(false);
            RequireFrames(numbers, parsed.FrameCount);
            if (parsed.Problem is { } problem)
            {
                throw new FrameUnavailableException(seriesUri, bytes.Record.Uid, problem);
            }

            ParsedFrame[] frames = [.. numbers.Select(number => parsed.GetFrame(number - 1))];
            if (parsed.DeflatedFrom is not { } deflatedFrom)
            {
                await CutAsync(whole, 0, numbers, frames, allocate, cancellationToken).ConfigureAwait(false);
                return parsed;
            }

            var wanted = ByteRange.FromStartAndEnd(frames.Min(frame => frame.Parts[0].Offset), frames.Max(frame => frame.Parts[^1].End));
            Stream inflated = await InflateAsync(whole, deflatedFrom, wanted, cancellationToken).ConfigureAwait(false);
            await using (inflated.ConfigureAwait(false))
            {
                await CutAsync(inflated, wanted.Offset, numbers, frames, allocate, cancellationToken).ConfigureAwait(false);
                return parsed;
            }
        },
        cancellationToken);

    /// <summary>Parses the instance; a table that this gives makes later calls cheap.</summary>
    private async Task<ParsedFrames> ParseAsync(Stream whole, CancellationToken cancellationToken)
    {
        using DicomDataset dataset = await Part10Reader.ReadAsync(whole, limits: null, stopBefore: null, cancellationToken).ConfigureAwait(false);
        var parsed = new ParsedFrames(dataset);
        known[bytes.Record] = parsed.Index;
        return parsed;
    }

    /// <summary>Cuts frames out of content that can seek and begins with the byte <paramref name="start"/> of the (inflated) file.</summary>
    private async Task CutAsync(
        Stream content, long start, IReadOnlyList<int> numbers, ParsedFrame[] frames, Func<int, int, Memory<byte>> allocate, CancellationToken cancellationToken)
    {
        for (int slot = 0; slot < frames.Length; slot++)
        {
            ParsedFrame frame = frames[slot];
            RequireMemory(numbers[slot], frame.Length);
            Memory<byte> memory = allocate(slot, (int)frame.Length);
            if (frame.IsAligned)
            {
                await FillAsync(frame.Parts, memory).ConfigureAwait(false);
                continue;
            }

            int stored = (int)frame.Parts[0].Length;
            byte[] rented = ArrayPool<byte>.Shared.Rent(stored);
            try
            {
                await FillAsync(frame.Parts, rented.AsMemory(0, stored)).ConfigureAwait(false);
                NativeFrame.Align(rented.AsSpan(0, stored), frame.FirstBit, frame.Bits, memory.Span);
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(rented);
            }
        }

        async Task FillAsync(IReadOnlyList<ByteRange> parts, Memory<byte> memory)
        {
            foreach (ByteRange part in parts)
            {
                content.Position = part.Offset - start;
                await content.ReadExactlyAsync(memory[..(int)part.Length], cancellationToken).ConfigureAwait(false);
                memory = memory[(int)part.Length..];
            }
        }
    }

    /// <summary>Inflates just a range of the data set.</summary>
    private async Task<Stream> InflateAsync(Stream whole, long deflatedFrom, ByteRange wanted, CancellationToken cancellationToken)
    {
        whole.Position = deflatedFrom;
        var inflating = new DeflateStream(whole, CompressionMode.Decompress, leaveOpen: true);
        await using (inflating.ConfigureAwait(false))
        {
            Stream inflated = wanted.Length <= options.MaxRequestBytes ? new MemoryStream() : TemporaryFile.Create(bytes.ScratchDirectory);
            byte[] buffer = ArrayPool<byte>.Shared.Rent(128 * 1024);
            try
            {
                for (long at = deflatedFrom; at < wanted.End;)
                {
                    long end = at < wanted.Offset ? wanted.Offset : wanted.End;
                    int read = await inflating.ReadAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, end - at)), cancellationToken).ConfigureAwait(false);
                    await inflated.WriteAsync(buffer.AsMemory(0, at < wanted.Offset ? 0 : read), cancellationToken).ConfigureAwait(false);
                    at += read > 0 ? read : throw new FrameUnavailableException(seriesUri, bytes.Record.Uid, $"its Deflated data set ends at {at}");
                }

                return inflated;
            }
            catch
            {
                await inflated.DisposeAsync().ConfigureAwait(false);
                throw;
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }
    }
}
