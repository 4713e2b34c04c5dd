namespace CloudOptimizedDicom.Storage;

/// <summary>What a store knows of one generation of an object. Immutable.</summary>
public sealed record ObjectInfo
{
    /// <summary>The name below the root of the store.</summary>
    public required string Name { get; init; }

    /// <summary>Tells this content from every other that the name ever had; 1 or more.</summary>
    public required long Generation { get; init; }

    /// <summary>Bytes as stored.</summary>
    public required long SizeBytes { get; init; }

    /// <summary>CRC-32C of the bytes as stored; <see langword="null"/> when the store does not know it.</summary>
    public uint? Crc32c { get; init; }

    /// <summary>The media type, such as <c>application/x-tar</c>.</summary>
    public string? ContentType { get; init; }

    /// <summary><c>gzip</c> when the bytes are compressed.</summary>
    public string? ContentEncoding { get; init; }

    /// <summary>The storage class, such as <c>STANDARD</c>; <see langword="null"/> where there are none.</summary>
    public string? StorageClass { get; init; }

    /// <summary>When this generation was made, by the clock of the store.</summary>
    public DateTimeOffset TimeCreated { get; init; }

    /// <summary>When the store gave this answer, by its own clock.</summary>
    public DateTimeOffset TimeAnswered { get; init; }

    /// <summary>The <see cref="ObjectUpload.UploadId"/> that made this generation; <see langword="null"/> when another tool did.</summary>
    public Guid? UploadId { get; init; }

    /// <summary>Custom metadata, never <see langword="null"/>.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();
}
