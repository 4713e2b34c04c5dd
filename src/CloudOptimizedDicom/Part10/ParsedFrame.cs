namespace CloudOptimizedDicom.Part10;

/// <summary>One frame of an instance that was parsed whole.</summary>
/// <param name="Parts">The bytes of the (inflated) file that make it, one part or more.</param>
/// <param name="FirstBit">The bit of the first byte that it begins with, 0 for all but those that begin inside a byte.</param>
/// <param name="Bits">How many bits it has.</param>
internal readonly record struct ParsedFrame(IReadOnlyList<ByteRange> Parts, int FirstBit, long Bits)
{
    /// <summary>Bytes, the last perhaps not full.</summary>
    public long Length => (Bits + 7) / 8;

    /// <summary>Whether its bytes are its own.</summary>
    public bool IsAligned => Bits % 8 == 0 && FirstBit == 0;
}
