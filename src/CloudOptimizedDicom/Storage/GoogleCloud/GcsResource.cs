using System.Text.Json;

namespace CloudOptimizedDicom.Storage.GoogleCloud;

/// <summary>What the JSON API says of an object ("Objects: resource representations"), as far as it is used here.</summary>
internal sealed record GcsResource
{
    public const string Fields = "name,generation,size,crc32c,contentType,contentEncoding,storageClass,timeCreated,metadata";

    /// <summary>The custom metadata that holds <see cref="ObjectUpload.UploadId"/>.</summary>
    public const string UploadIdKey = "cod-upload-id";

    public string? Name { get; init; }

    public long? Generation { get; init; }

    public long? Size { get; init; }

    public string? Crc32c { get; init; }

    public string? ContentType { get; init; }

    public string? ContentEncoding { get; init; }

    public string? StorageClass { get; init; }

    public DateTimeOffset? TimeCreated { get; init; }

    public Dictionary<string, string>? Metadata { get; init; }

    /// <summary>What is sent along with the bytes.</summary>
    public static GcsResource Of(string name, ObjectUpload upload) => new()
    {
        Name = name,
        Crc32c = CloudOptimizedDicom.Crc32c.ToBase64(upload.Crc32c),
        ContentType = upload.ContentType,
        ContentEncoding = upload.ContentEncoding,
        StorageClass = upload.StorageClass,
        Metadata = new Dictionary<string, string>(upload.Metadata) { [UploadIdKey] = upload.UploadId.ToString("D") },
    };

    /// <exception cref="JsonException">Something is missing that every object has.</exception>
    public ObjectInfo ToInfo(DateTimeOffset timeAnswered)
    {
        Dictionary<string, string> metadata = Metadata ?? [];
        bool hasUploadId = metadata.Remove(UploadIdKey, out string? uploadId);
        return new()
        {
            Name = Name ?? throw new JsonException("An object without a name."),
            Generation = Generation ?? throw new JsonException("An object without a generation."),
            SizeBytes = Size ?? throw new JsonException("An object without a size."),
            Crc32c = CloudOptimizedDicom.Crc32c.TryParseBase64(Crc32c, out uint crc32c) ? crc32c : null,
            ContentType = ContentType,
            ContentEncoding = string.IsNullOrEmpty(ContentEncoding) ? null : ContentEncoding,
            StorageClass = StorageClass,
            TimeCreated = TimeCreated ?? default,
            TimeAnswered = timeAnswered,
            UploadId = hasUploadId && Guid.TryParse(uploadId, out Guid id) ? id : null,
            Metadata = metadata,
        };
    }
}
