using System.Buffers.Binary;

namespace CloudOptimizedDicom.Part10;

/// <summary>
/// Finds the frames of a multi-frame instance. Gives no index rather than one that could be wrong: a reader without an
/// index fetches the whole instance.
/// </summary>
internal static class FrameIndexBuilder
{
    /// <summary>The elements that have frames, the first that an instance has counts.</summary>
    public static readonly DicomTag[] PixelTags = [DicomTag.PixelData, DicomTag.FloatPixelData, DicomTag.DoubleFloatPixelData];

    /// <summary>The index; null for a single frame, for pixels inside a Deflated data set, and where frames cannot be told apart.</summary>
    public static FrameIndex? Build(DicomDataset dataset)
    {
        if (dataset.GetInteger(DicomTag.NumberOfFrames) is not (> 1 and var frames) || frames > Part10Limits.Default.MaxElements
            || dataset.TransferSyntax.IsDeflated || dataset.IsTruncated || dataset.Damage is not null)
        {
            return null;
        }

        int pixels = FindPixels(dataset);
        return pixels < 0 ? null
            : dataset[pixels].Has(DicomElementFlags.Encapsulated) ? BuildEncapsulated(dataset, (int)frames)
            : BuildNative(dataset, dataset[pixels], (int)frames);
    }

    /// <summary>Index of the element that has the frames; -1 when there is none.</summary>
    public static int FindPixels(DicomDataset dataset) => Array.ConvertAll(PixelTags, dataset.Find).FirstOrDefault(index => index >= 0, -1);

    /// <summary>Bits of a native frame; null when the data set does not say.</summary>
    public static ulong? GetFrameBits(DicomDataset dataset) => NativeFrame.GetBits(
        dataset.GetInteger(DicomTag.Rows),
        dataset.GetInteger(DicomTag.Columns),
        dataset.GetInteger(DicomTag.BitsAllocated),
        dataset.Find(DicomTag.SamplesPerPixel) < 0 ? 1 : dataset.GetInteger(DicomTag.SamplesPerPixel),
        dataset.GetText(DicomTag.PhotometricInterpretation));

    /// <summary>Whether native pixels have fewer bytes than their frames need; null when not, or when the data set does not say.</summary>
    public static DicomWarning? FindShortage(DicomDataset dataset)
    {
        int index = FindPixels(dataset);
        if (index < 0 || dataset.IsTruncated || dataset[index].Length == 0 || dataset[index].Has(DicomElementFlags.Encapsulated)
            || GetFrameBits(dataset) is not { } bits)
        {
            return null;
        }

        long frames = Math.Max(1, dataset.GetInteger(DicomTag.NumberOfFrames) ?? 1);
        DicomElement pixels = dataset[index];
        return (UInt128)bits * (ulong)frames > (UInt128)pixels.Length * 8
            ? new DicomWarning(
                DicomWarningKind.PixelsTooShort, pixels.ValueOffset, pixels.Tag, $"{frames} frames of {bits} bits do not fit into {pixels.Length} bytes of pixel data")
            : null;
    }

    private static FrameIndex? BuildNative(DicomDataset dataset, DicomElement pixels, int frames) =>
        GetFrameBits(dataset) is { } bits && bits % 8 == 0 && bits / 8 <= (ulong)(pixels.Length / frames)
            ? FrameIndex.Adjacent(pixels.ValueOffset, (long)(bits / 8), frames)
            : null;

    private static FrameIndex? BuildEncapsulated(DicomDataset dataset, int frames)
    {
        if (Codestream.IsVideo(dataset.TransferSyntax) || dataset.Fragments.Count <= frames)
        {
            return null;
        }

        PixelFragment table = dataset.Fragments[0];
        List<PixelFragment> fragments = dataset.Fragments[1..];
        int[]? starts = StartsFromTable(ReadExtendedTable(dataset), fragments, frames)
            ?? StartsFromTable(ReadBasicTable(dataset.GetKept(table)), fragments, frames)
            ?? StartsFromCodestreams(dataset, fragments, frames);
        if (starts is null)
        {
            return null;
        }

        var offsets = new long[frames];
        var lengths = new long[frames];
        for (int i = 0; i < frames; i++)
        {
            int last = (i + 1 < frames ? starts[i + 1] : fragments.Count) - 1;
            offsets[i] = fragments[starts[i]].Offset;
            lengths[i] = fragments[last].End - offsets[i];
        }

        return new FrameIndex(offsets, lengths);
    }

    /// <summary>Offsets from the Extended Offset Table (PS3.3 C.7.6.3.1.8).</summary>
    private static long[] ReadExtendedTable(DicomDataset dataset)
    {
        int index = dataset.Find(DicomTag.ExtendedOffsetTable);
        if (index < 0)
        {
            return [];
        }

        ReadOnlySpan<byte> bytes = dataset.GetKept(dataset[index]);
        var offsets = new long[bytes.Length / sizeof(long)];
        for (int i = 0; i < offsets.Length; i++)
        {
            offsets[i] = BinaryPrimitives.ReadInt64LittleEndian(bytes[(i * sizeof(long))..]);
        }

        return offsets;
    }

    /// <summary>Offsets from the Basic Offset Table (PS3.5 section A.4).</summary>
    private static long[] ReadBasicTable(ReadOnlySpan<byte> bytes)
    {
        var offsets = new long[bytes.Length / sizeof(uint)];
        for (int i = 0; i < offsets.Length; i++)
        {
            offsets[i] = BinaryPrimitives.ReadUInt32LittleEndian(bytes[(i * sizeof(uint))..]);
        }

        return offsets;
    }

    /// <summary>
    /// The fragments that a table names as first of a frame. Its offsets count from the header of the first fragment; one
    /// that is not a fragment's header makes the table worthless.
    /// </summary>
    private static int[]? StartsFromTable(long[] table, List<PixelFragment> fragments, int frames)
    {
        if (table.Length != frames)
        {
            return null;
        }

        var starts = new int[frames];
        int fragment = 0;
        for (int i = 0; i < frames; i++)
        {
            while (fragment < fragments.Count && fragments[fragment].Offset - fragments[0].Offset < table[i])
            {
                fragment++;
            }

            if (fragment == fragments.Count || fragments[fragment].Offset - fragments[0].Offset != table[i]
                || (i == 0 ? fragment != 0 : fragment == starts[i - 1]))
            {
                return null;
            }

            starts[i] = fragment;
        }

        return starts;
    }

    /// <summary>The fragments that begin as a frame of their transfer syntax does; all of them where that is not known.</summary>
    private static int[]? StartsFromCodestreams(DicomDataset dataset, List<PixelFragment> fragments, int frames)
    {
        var starts = new List<int>(frames);
        bool isRecognised = Codestream.IsKnown(dataset.TransferSyntax);
        for (int i = 0; i < fragments.Count; i++)
        {
            bool begins = isRecognised
                ? Codestream.Begins(dataset.TransferSyntax, dataset.GetKept(fragments[i]))
                : fragments[i].Length > 0;
            if (begins)
            {
                starts.Add(i);
            }
        }

        return starts.Count == frames && starts[0] == 0 ? [.. starts] : null;
    }
}
