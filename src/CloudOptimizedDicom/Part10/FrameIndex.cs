namespace CloudOptimizedDicom.Part10;

/// <summary>
/// Where each stored frame of an instance lies. Ranges count from the beginning of the DICOM file. An encapsulated frame in
/// several fragments runs from the data of the first to the end of the last, the item headers between them included.
/// Immutable and thread-safe.
/// </summary>
public sealed class FrameIndex
{
    private readonly long[] _offsets;
    private readonly long[] _lengths;

    /// <param name="offsets">First byte of each frame; not copied.</param>
    /// <param name="lengths">Bytes of each frame, as many; not copied.</param>
    internal FrameIndex(long[] offsets, long[] lengths)
    {
        if (offsets.Length != lengths.Length)
        {
            throw new ArgumentException($"{lengths.Length} lengths for {offsets.Length} offsets.", nameof(lengths));
        }

        _offsets = offsets;
        _lengths = lengths;
    }

    /// <summary>Number of frames, 2 or more.</summary>
    public int Count => _offsets.Length;

    /// <summary>First byte of each frame, in bytes from the beginning of the file (inclusive).</summary>
    public ReadOnlySpan<long> Offsets => _offsets;

    /// <summary>Bytes of each frame.</summary>
    public ReadOnlySpan<long> Lengths => _lengths;

    /// <summary>The range of one frame.</summary>
    /// <param name="frame">Its place, from 0 (inclusive), which is frame number 1, to <see cref="Count"/> (exclusive).</param>
    /// <exception cref="IndexOutOfRangeException">There is no such frame.</exception>
    public ByteRange this[int frame] => new(_offsets[frame], _lengths[frame]);

    /// <summary>Frames of one size, each directly behind the one before.</summary>
    internal static FrameIndex Adjacent(long offset, long length, int count)
    {
        var offsets = new long[count];
        var lengths = new long[count];
        for (int i = 0; i < count; i++)
        {
            offsets[i] = offset + (i * length);
            lengths[i] = length;
        }

        return new FrameIndex(offsets, lengths);
    }
}
