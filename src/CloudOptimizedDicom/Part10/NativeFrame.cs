namespace CloudOptimizedDicom.Part10;

/// <summary>How large a frame of native pixels is (PS3.5 section 8.1, PS3.3 C.7.6.3.1.2).</summary>
internal static class NativeFrame
{
    /// <summary>Bytes of one frame; null when a frame ends inside a byte, or a number is missing or no number of that kind.</summary>
    /// <param name="rows">Rows.</param>
    /// <param name="columns">Columns.</param>
    /// <param name="bitsAllocated">Bits Allocated.</param>
    /// <param name="samplesPerPixel">Samples per Pixel; 1 where the instance does not have the element.</param>
    /// <param name="photometric">Photometric Interpretation, which tells of shared colour samples.</param>
    public static long? GetBytes(long? rows, long? columns, long? bitsAllocated, long? samplesPerPixel, string? photometric)
    {
        ulong? bits = GetBits(rows, columns, bitsAllocated, samplesPerPixel, photometric);
        return bits % 8 == 0 ? (long?)(bits / 8) : null;
    }

    /// <summary>Bits of one frame; frames follow each other without padding, also inside a byte.</summary>
    /// <inheritdoc cref="GetBytes"/>
    public static ulong? GetBits(long? rows, long? columns, long? bitsAllocated, long? samplesPerPixel, string? photometric)
    {
        // The product of four 16-bit numbers fits into 64 bits.
        ulong? bits = Size(rows) * Size(columns) * Size(bitsAllocated);
        return photometric switch
        {
            "YBR_FULL_422" or "YBR_PARTIAL_422" => bits * 2,
            "YBR_PARTIAL_420" => bits * 3 / 2,
            _ => bits * Size(samplesPerPixel),
        };
    }

    /// <summary>Copies a frame that begins inside a byte to where it begins with the lowest bit of the first.</summary>
    /// <param name="source">From the byte that the frame begins in.</param>
    /// <param name="shift">The bit of it that the frame begins with, 0 to 7 from the lowest.</param>
    /// <param name="bits">Bits of the frame.</param>
    /// <param name="frame">Gets the bytes of the frame; the bits behind its last are 0.</param>
    public static void Align(ReadOnlySpan<byte> source, int shift, long bits, Span<byte> frame)
    {
        for (int i = 0; i < frame.Length; i++)
        {
            int next = i + 1 < source.Length ? source[i + 1] : 0;
            frame[i] = (byte)((source[i] | (next << 8)) >> shift);
        }

        if (bits % 8 != 0)
        {
            frame[^1] &= (byte)((1 << (int)(bits % 8)) - 1);
        }
    }

    private static ulong? Size(long? number) => number is > 0 and <= ushort.MaxValue and var size ? (ulong)size : null;
}
