namespace CloudOptimizedDicom.Part10;

/// <summary>What a file may ask of the reader before it is refused. Memory follows the bytes that are there, never a length field.</summary>
internal sealed record Part10Limits
{
    /// <summary>
    /// The longest value of a binary representation that is kept whole, the limit of inline binary in the metadata. As
    /// much is kept of every longer one, which may turn out shorter where the file ends.
    /// </summary>
    public const int MaxInlineBinaryBytes = 768;

    /// <summary>How much of a longer value the metadata show.</summary>
    public const int HeadBytes = 512;

    /// <summary>The longest text or list of numbers that is kept whole; a longer one is treated as bulk data.</summary>
    public const int MaxInlineTextBytes = 16 * 1024 * 1024;

    public static Part10Limits Default { get; } = new();

    /// <summary>Sequences within sequences.</summary>
    public int MaxDepth { get; init; } = 64;

    /// <summary>Elements, items and fragments together.</summary>
    public int MaxElements { get; init; } = 4_000_000;

    /// <summary>Bytes kept in memory of all headers and values that are not bulk data.</summary>
    public int MaxKeptBytes { get; init; } = 256 * 1024 * 1024;

    /// <summary>Bytes that a Deflated data set may grow to.</summary>
    public long MaxInflatedBytes { get; init; } = 8L * 1024 * 1024 * 1024;

    /// <summary>Of a Deflated data set, what its elements may take in memory without regard to its size.</summary>
    public long AlwaysHeldBytes { get; init; } = 32L * 1024 * 1024;

    /// <summary>Beyond that, how many times the bytes of a Deflated data set its elements may take in memory.</summary>
    public int MaxHeldRatio { get; init; } = 100;
}
