using System.Buffers.Binary;

namespace CloudOptimizedDicom.Part10;

/// <summary>Joins the fragments of an encapsulated frame (PS3.5 section A.4), which are always little endian.</summary>
internal static class FragmentedFrame
{
    /// <summary>What <see cref="IsFrame"/> has to see behind a frame: the next fragment's header and how it begins.</summary>
    public const int SeenBehindBytes = PixelFragment.HeaderBytes + PixelFragment.KeptBytes;

    private const uint ItemTag = 0xE000FFFE;
    private const uint SequenceDelimiterTag = 0xE0DDFFFE;

    /// <summary>Whether a frame begins as one does, and whether the next one, or the end of the pixels, is directly behind it.</summary>
    /// <param name="syntax">One of which it is known how frames begin.</param>
    /// <param name="items">From the header of the first fragment to the end of the last.</param>
    /// <param name="behind">What follows.</param>
    /// <param name="isLast">Whether the instance has no more frames.</param>
    public static bool IsFrame(TransferSyntax syntax, ReadOnlySpan<byte> items, ReadOnlySpan<byte> behind, bool isLast) =>
        behind.Length >= PixelFragment.HeaderBytes
        && Codestream.Begins(syntax, items[PixelFragment.HeaderBytes..])
        && BinaryPrimitives.ReadUInt32LittleEndian(behind) == (isLast ? SequenceDelimiterTag : ItemTag)
        && (isLast || Codestream.Begins(syntax, behind[PixelFragment.HeaderBytes..]));

    /// <summary>How long the joined frame is; null when the bytes are not items from the first byte to the last.</summary>
    /// <param name="items">From the header of the first fragment to the end of the last.</param>
    public static int? Measure(ReadOnlySpan<byte> items)
    {
        int total = 0;
        while (!items.IsEmpty)
        {
            if (items.Length < PixelFragment.HeaderBytes || BinaryPrimitives.ReadUInt32LittleEndian(items) != ItemTag)
            {
                return null;
            }

            uint length = BinaryPrimitives.ReadUInt32LittleEndian(items[sizeof(uint)..]);
            items = items[PixelFragment.HeaderBytes..];
            if (length > items.Length)
            {
                return null;
            }

            items = items[(int)length..];
            total += (int)length;
        }

        return total;
    }

    /// <summary>Copies the fragments, which <see cref="Measure"/> found to be right, one behind the other.</summary>
    public static void Join(ReadOnlySpan<byte> items, Span<byte> frame)
    {
        while (!items.IsEmpty)
        {
            int length = (int)BinaryPrimitives.ReadUInt32LittleEndian(items[sizeof(uint)..]);
            items.Slice(PixelFragment.HeaderBytes, length).CopyTo(frame);
            frame = frame[length..];
            items = items[(PixelFragment.HeaderBytes + length)..];
        }
    }
}
