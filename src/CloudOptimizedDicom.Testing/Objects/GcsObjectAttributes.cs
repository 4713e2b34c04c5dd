namespace CloudOptimizedDicom.Testing.Objects;

/// <summary>What a writer may say of an object, beside its bytes. Immutable.</summary>
public sealed record GcsObjectAttributes
{
    /// <summary>The media type; <see langword="null"/> when none was given.</summary>
    public string? ContentType { get; init; }

    /// <summary>Such as <c>gzip</c>; <see langword="null"/> when none was given.</summary>
    public string? ContentEncoding { get; init; }

    /// <summary>The header that readers get; <c>no-transform</c> in it forbids decompression.</summary>
    public string? CacheControl { get; init; }

    /// <summary>The header that readers get.</summary>
    public string? ContentDisposition { get; init; }

    /// <summary>The header that readers get.</summary>
    public string? ContentLanguage { get; init; }

    /// <summary>The storage class.</summary>
    /// <value>The default is <c>STANDARD</c>.</value>
    public string StorageClass { get; init; } = "STANDARD";

    /// <summary>Custom metadata.</summary>
    /// <value>The default is empty.</value>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();
}
