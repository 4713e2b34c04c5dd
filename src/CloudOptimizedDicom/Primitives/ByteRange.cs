namespace CloudOptimizedDicom;

/// <summary>A run of bytes: from <see cref="Offset"/> (inclusive) to <see cref="End"/> (exclusive).</summary>
public readonly record struct ByteRange
{
    /// <summary>Creates a range.</summary>
    /// <param name="offset">Position of the first byte, 0 or more.</param>
    /// <param name="length">Number of bytes, 0 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is negative, or the end is past <see cref="long.MaxValue"/>.</exception>
    public ByteRange(long offset, long length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, long.MaxValue - offset);
        Offset = offset;
        Length = length;
    }

    /// <summary>Position of the first byte, counted from 0.</summary>
    public long Offset { get; }

    /// <summary>Number of bytes.</summary>
    public long Length { get; }

    /// <summary>Position behind the last byte (exclusive).</summary>
    public long End => Offset + Length;

    /// <summary>The range from <paramref name="start"/> (inclusive) to <paramref name="end"/> (exclusive).</summary>
    /// <param name="start">Position of the first byte, 0 or more.</param>
    /// <param name="end">Position behind the last byte, <paramref name="start"/> or more.</param>
    /// <returns>The range.</returns>
    public static ByteRange FromStartAndEnd(long start, long end) => new(start, end - start);

    /// <summary>The range as <c>start-end</c>, end exclusive.</summary>
    /// <returns>Such as <c>512-1024</c>.</returns>
    public override string ToString() => $"{Offset}-{End}";
}
