namespace CloudOptimizedDicom;

/// <summary>How several frames are read.</summary>
public sealed record FrameReadOptions
{
    private readonly int _maxParallelRequests = 4;
    private readonly int _maxGapBytes = 64 * 1024;
    private readonly int _maxRequestBytes = 8 * 1024 * 1024;
    private readonly long _maxAheadBytes = 32 * 1024 * 1024;

    /// <summary>How many requests are under way at once.</summary>
    /// <value>1 or more; the default is 4.</value>
    /// <exception cref="ArgumentOutOfRangeException">It is 0 or less.</exception>
    public int MaxParallelRequests
    {
        get => _maxParallelRequests;
        init => _maxParallelRequests = value > 0 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "One request at least.");
    }

    /// <summary>Frames of one instance come with one request when no more than this lies between them.</summary>
    /// <value>0 or more; the default is 64 KiB.</value>
    /// <exception cref="ArgumentOutOfRangeException">It is negative.</exception>
    public int MaxGapBytes
    {
        get => _maxGapBytes;
        init => _maxGapBytes = value >= 0 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "No gap is negative.");
    }

    /// <summary>How much one request for several frames brings at most. A frame that is larger comes alone.</summary>
    /// <value>1 or more; the default is 8 MiB.</value>
    /// <exception cref="ArgumentOutOfRangeException">It is 0 or less.</exception>
    public int MaxRequestBytes
    {
        get => _maxRequestBytes;
        init => _maxRequestBytes = value > 0 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "One byte at least.");
    }

    /// <summary>
    /// How much is fetched before it is taken: requests wait for the caller beyond it. What the next frame needs is fetched
    /// in any case.
    /// </summary>
    /// <value>0 or more; the default is 32 MiB.</value>
    /// <exception cref="ArgumentOutOfRangeException">It is negative.</exception>
    public long MaxAheadBytes
    {
        get => _maxAheadBytes;
        init => _maxAheadBytes = value >= 0 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "No size is negative.");
    }

    internal static FrameReadOptions Default { get; } = new();
}
