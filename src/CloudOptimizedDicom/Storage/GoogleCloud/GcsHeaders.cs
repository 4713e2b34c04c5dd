using System.Globalization;

namespace CloudOptimizedDicom.Storage.GoogleCloud;

/// <summary>What the headers of a media answer say of the object that the bytes are of.</summary>
internal static class GcsHeaders
{
    private const string Crc32cPrefix = "crc32c=";

    /// <summary>Null when the answer lacks the generation or the size.</summary>
    public static ObjectInfo? ReadInfo(string name, HttpResponseMessage response, DateTimeOffset timeAnswered)
    {
        long? size = response.Content.Headers.ContentRange?.Length
            ?? Number(response, "x-goog-stored-content-length") ?? response.Content.Headers.ContentLength;
        string? encoding = Value(response, "x-goog-stored-content-encoding") ?? response.Content.Headers.ContentEncoding.FirstOrDefault();
        return Number(response, "x-goog-generation") is { } generation && size is { } sizeBytes
            ? new ObjectInfo
            {
                Name = name,
                Generation = generation,
                SizeBytes = sizeBytes,
                Crc32c = Crc32cOf(response),
                ContentType = response.Content.Headers.ContentType?.ToString(),
                ContentEncoding = encoding is null or "" or "identity" ? null : encoding,
                StorageClass = Value(response, "x-goog-storage-class"),
                TimeAnswered = timeAnswered,
            }
            : null;
    }

    /// <summary>How many bytes of a session the service has, by the Range header of a 308.</summary>
    public static long ReadPersistedBytes(HttpResponseMessage response)
    {
        // "bytes=0-41" says that there are 42; without the header there are none.
        string? range = Value(response, "Range");
        return range is not null && long.TryParse(range.AsSpan(range.LastIndexOf('-') + 1), NumberStyles.None, CultureInfo.InvariantCulture, out long last)
            ? last + 1
            : 0;
    }

    private static uint? Crc32cOf(HttpResponseMessage response)
    {
        // Both "crc32c=…,md5=…" in one header and a header for each are in use.
        foreach (string hash in Value(response, "x-goog-hash")?.Split(',', StringSplitOptions.TrimEntries) ?? [])
        {
            if (hash.StartsWith(Crc32cPrefix, StringComparison.Ordinal)
                && CloudOptimizedDicom.Crc32c.TryParseBase64(hash[Crc32cPrefix.Length..], out uint crc32c))
            {
                return crc32c;
            }
        }

        return null;
    }

    private static long? Number(HttpResponseMessage response, string header) =>
        long.TryParse(Value(response, header), NumberStyles.None, CultureInfo.InvariantCulture, out long value) ? value : null;

    private static string? Value(HttpResponseMessage response, string header) =>
        response.Headers.NonValidated.TryGetValues(header, out var values) ? string.Join(',', values) : null;
}
