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
        // The product of four 16-bit numbers fits into 64 bits.
        ulong? bits = Size(rows) * Size(columns) * Size(bitsAllocated);
        bits = photometric switch
        {
            "YBR_FULL_422" or "YBR_PARTIAL_422" => bits * 2,
            "YBR_PARTIAL_420" => bits * 3 / 2,
            _ => bits * Size(samplesPerPixel),
        };
        return bits % 8 == 0 ? (long?)(bits / 8) : null;
    }

    private static ulong? Size(long? number) => number is > 0 and <= ushort.MaxValue and var size ? (ulong)size : null;
}
