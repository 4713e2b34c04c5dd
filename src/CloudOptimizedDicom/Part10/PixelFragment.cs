namespace CloudOptimizedDicom.Part10;

/// <summary>One item of encapsulated Pixel Data; the first of all is the Basic Offset Table (PS3.5 section A.4).</summary>
/// <param name="Offset">Where the item's data begins (behind its header), in bytes from the beginning of the file.</param>
/// <param name="Length">Bytes of the data that are in the file.</param>
/// <param name="KeptAt">Where the data begins in the kept bytes of the data set; at least the first 8 bytes are there.</param>
internal readonly record struct PixelFragment(long Offset, long Length, int KeptAt)
{
    public const int KeptBytes = 8;

    /// <summary>Bytes of an item's header.</summary>
    public const int HeaderBytes = 8;

    /// <summary>Position behind the last byte (exclusive).</summary>
    public long End => Offset + Length;
}
