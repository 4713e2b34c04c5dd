using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using System.Text;

namespace CloudOptimizedDicom;

/// <summary>The lines of an inventory.</summary>
internal static class InventoryText
{
    /// <summary>Reads line by line; the bytes of a line are there until the next is asked for, those of one that is too long are not kept and null.</summary>
    public static async IAsyncEnumerable<(long Number, ReadOnlySequence<byte>? Line)> ReadLinesAsync(
        Stream inventory, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        PipeReader bytes = PipeReader.Create(inventory, new StreamPipeReaderOptions(leaveOpen: true));
        try
        {
            bool isTooLong = false;
            for (long number = 1; ;)
            {
                ReadResult read = await ReadAsync(bytes, cancellationToken).ConfigureAwait(false);
                ReadOnlySequence<byte> rest = read.Buffer;
                while (TryTakeLine(ref rest, read.IsCompleted, out ReadOnlySequence<byte> line))
                {
                    yield return (number++, isTooLong || line.Length > InstanceInventory.MaxLineBytes ? null : line);
                    isTooLong = false;
                }

                if (rest.Length > InstanceInventory.MaxLineBytes)
                {
                    isTooLong = true;
                    rest = rest.Slice(rest.End);
                }

                bytes.AdvanceTo(rest.Start, rest.End);
                if (read.IsCompleted)
                {
                    if (isTooLong)
                    {
                        yield return (number, null);
                    }

                    yield break;
                }
            }
        }
        finally
        {
            await bytes.CompleteAsync().ConfigureAwait(false);
        }
    }

    /// <summary>A stream such as standard input may not hear that it is to stop.</summary>
    private static Task<ReadResult> ReadAsync(PipeReader bytes, CancellationToken cancellationToken) =>
        bytes.ReadAsync(cancellationToken).AsTask().WaitAsync(cancellationToken);

    /// <summary>A line without the byte order mark that a file may begin with, and without white space around it.</summary>
    public static ReadOnlySequence<byte> Trim(ReadOnlySequence<byte> line)
    {
        var reader = new SequenceReader<byte>(line);
        reader.IsNext(Encoding.UTF8.Preamble, advancePast: true);
        reader.AdvancePastAny(" \t\r"u8);
        return reader.UnreadSequence;
    }

    private static bool TryTakeLine(ref ReadOnlySequence<byte> rest, bool isLast, out ReadOnlySequence<byte> line)
    {
        SequencePosition? end = rest.PositionOf((byte)'\n');
        line = end is { } found ? rest.Slice(0, found) : rest;
        if (end is null && (!isLast || rest.IsEmpty))
        {
            return false;
        }

        rest = end is { } position ? rest.Slice(rest.GetPosition(1, position)) : rest.Slice(rest.End);
        return true;
    }
}
