namespace CloudOptimizedDicom.Compression;

/// <summary>
/// How much compressed metadata may inflate to. Bytes of unknown origin can claim any size, so what goes past a limit is
/// refused before memory is taken for it.
/// </summary>
public sealed record DecompressionLimits
{
    /// <summary>Content up to this size is taken whatever its ratio, so that little data may be as regular as it likes.</summary>
    private const long AlwaysAllowedBytes = 16 << 20;

    /// <summary>The limits without options.</summary>
    public static DecompressionLimits Default { get; } = new();

    /// <summary>The longest <c>metadata.json</c> in bytes when it is stored as gzip (inclusive).</summary>
    /// <value>The default is 1 GiB, which is also the most that is ever read into memory.</value>
    public long MaxMetadataBytes { get; init; } = 1 << 30;

    /// <summary>How many times its stored size a gzipped <c>metadata.json</c> may have, where that is more than 16 MiB (inclusive).</summary>
    /// <value>The default is 100; the JSON of the most regular series reaches a third of that.</value>
    public int MaxMetadataRatio { get; init; } = 100;

    /// <summary>The longest JSON of the tags of one instance, in bytes (inclusive).</summary>
    /// <value>The default is 128 MiB.</value>
    public long MaxTagsBytes { get; init; } = 128 << 20;

    /// <summary>How many times their stored size the tags of one instance may have, where that is more than 16 MiB (inclusive).</summary>
    /// <value>The default is 1000.</value>
    public int MaxTagsRatio { get; init; } = 1000;

    /// <summary>What a gzipped <c>metadata.json</c> may inflate to.</summary>
    /// <param name="storedBytes">Its size as it is stored.</param>
    internal long ForMetadata(long storedBytes) => Math.Min(MaxMetadataBytes, Math.Max(AlwaysAllowedBytes, MaxMetadataRatio * storedBytes));

    /// <summary>What the tags of an instance may inflate to.</summary>
    /// <param name="compressedBytes">Their size as they are stored, without base64.</param>
    internal long ForTags(long compressedBytes) => Math.Min(MaxTagsBytes, Math.Max(AlwaysAllowedBytes, MaxTagsRatio * compressedBytes));
}
