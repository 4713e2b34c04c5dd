using System.Globalization;
using System.Text.Json.Nodes;

namespace CloudOptimizedDicom.Testing.Objects;

/// <summary>The resource of the JSON API that describes an object (reference, "Objects").</summary>
internal static class GcsObjectJson
{
    private const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";

    public static JsonObject Write(GcsObject info)
    {
        var json = new JsonObject
        {
            ["kind"] = "storage#object",
            ["id"] = $"{info.Bucket}/{info.Name}/{info.Generation}",
            ["name"] = info.Name,
            ["bucket"] = info.Bucket,
            ["generation"] = Text(info.Generation),
            ["metageneration"] = Text(info.Metageneration),
            ["storageClass"] = info.Attributes.StorageClass,
            ["size"] = Text(info.SizeBytes),
            ["md5Hash"] = info.Md5Hash,
            ["crc32c"] = Crc32c.ToBase64(info.Crc32c),
            ["etag"] = info.ETag,
            ["timeCreated"] = Text(info.TimeCreated),
            ["updated"] = Text(info.Updated),
            ["timeStorageClassUpdated"] = Text(info.TimeCreated),
        };
        Add(json, "contentType", info.Attributes.ContentType);
        Add(json, "contentEncoding", info.Attributes.ContentEncoding);
        Add(json, "cacheControl", info.Attributes.CacheControl);
        Add(json, "contentDisposition", info.Attributes.ContentDisposition);
        Add(json, "contentLanguage", info.Attributes.ContentLanguage);
        if (info.Attributes.Metadata.Count > 0)
        {
            json["metadata"] = new JsonObject(
                info.Attributes.Metadata.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value)));
        }

        return json;
    }

    public static GcsObject Read(JsonObject json) => new()
    {
        Bucket = (string)json["bucket"]!,
        Name = (string)json["name"]!,
        Generation = Number(json, "generation"),
        Metageneration = Number(json, "metageneration"),
        SizeBytes = Number(json, "size"),
        Crc32c = Crc32c.TryParseBase64((string?)json["crc32c"], out uint crc32c) ? crc32c : 0,
        Md5Hash = (string)json["md5Hash"]!,
        Attributes = ReadAttributes(json),
        TimeCreated = DateTimeOffset.Parse((string)json["timeCreated"]!, CultureInfo.InvariantCulture),
        Updated = DateTimeOffset.Parse((string)json["updated"]!, CultureInfo.InvariantCulture),
    };

    public static GcsObjectAttributes ReadAttributes(JsonObject json) => Patch(new GcsObjectAttributes(), json);

    /// <summary>Changes what is named: null removes, and custom metadata are changed one by one.</summary>
    public static GcsObjectAttributes Patch(GcsObjectAttributes old, JsonObject json) => new()
    {
        ContentType = Member(json, "contentType", old.ContentType),
        ContentEncoding = Member(json, "contentEncoding", old.ContentEncoding),
        CacheControl = Member(json, "cacheControl", old.CacheControl),
        ContentDisposition = Member(json, "contentDisposition", old.ContentDisposition),
        ContentLanguage = Member(json, "contentLanguage", old.ContentLanguage),
        StorageClass = Member(json, "storageClass", old.StorageClass) ?? new GcsObjectAttributes().StorageClass,
        Metadata = PatchMetadata(old.Metadata, json),
    };

    private static IReadOnlyDictionary<string, string> PatchMetadata(IReadOnlyDictionary<string, string> old, JsonObject json)
    {
        if (!json.TryGetPropertyValue("metadata", out JsonNode? changes))
        {
            return old;
        }

        var metadata = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach ((string key, string value) in changes is null ? [] : old.AsEnumerable())
        {
            metadata[key] = value;
        }

        foreach ((string key, JsonNode? value) in changes?.AsObject() ?? [])
        {
            metadata.Remove(key);
            if (value is not null)
            {
                metadata[key] = (string)value!;
            }
        }

        return metadata;
    }

    private static string? Member(JsonObject json, string name, string? otherwise) =>
        json.TryGetPropertyValue(name, out JsonNode? value) ? (string?)value : otherwise;

    private static void Add(JsonObject json, string name, string? value)
    {
        if (value is not null)
        {
            json[name] = value;
        }
    }

    private static long Number(JsonObject json, string name) => long.Parse((string)json[name]!, CultureInfo.InvariantCulture);

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Text(DateTimeOffset time) => time.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture);
}
