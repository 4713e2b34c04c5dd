namespace CloudOptimizedDicom.Storage.Local;

/// <summary>What a side file tells of one generation of an object.</summary>
internal sealed record SideFileRecord
{
    public required long Generation { get; init; }

    public required long SizeBytes { get; init; }

    public required uint Crc32c { get; init; }

    public string? ContentType { get; init; }

    public string? ContentEncoding { get; init; }

    public DateTimeOffset TimeCreated { get; init; }

    public Guid? UploadId { get; init; }

    public Dictionary<string, string>? Metadata { get; init; }

    public bool Describes(FileState file) => file == new FileState(SizeBytes, Generation);
}
