using System.Globalization;
using System.Text.Json.Nodes;
using CloudOptimizedDicom.Testing.Objects;

namespace CloudOptimizedDicom.Testing.Http;

/// <summary>How an object is described in an answer.</summary>
internal static class ObjectAnswer
{
    public static JsonObject Describe(this Exchange exchange, GcsObject info)
    {
        JsonObject json = GcsObjectJson.Write(info);
        string path = $"storage/v1/b/{Uri.EscapeDataString(info.Bucket)}/o/{Uri.EscapeDataString(info.Name)}";
        json["selfLink"] = $"{exchange.Origin}/{path}";
        json["mediaLink"] = $"{exchange.Origin}/download/{path}?generation={info.Generation}&alt=media";
        if (exchange.Query("projection") == "full")
        {
            json["acl"] = new JsonArray();
        }

        return json;
    }

    public static Task AnswerAsync(this Exchange exchange, GcsObject info)
    {
        exchange.Headers.ETag = info.ETag;
        return exchange.AnswerAsync(exchange.Describe(info));
    }

    // The checksums are those of the bytes as stored, also when other bytes are sent.
    public static void AddHeaders(this Exchange exchange, GcsObject info)
    {
        exchange.Headers.ETag = info.ETag;
        exchange.Headers.LastModified = info.Updated.ToString("R", CultureInfo.InvariantCulture);
        exchange.Headers["X-Goog-Hash"] = $"crc32c={Crc32c.ToBase64(info.Crc32c)},md5={info.Md5Hash}";
        exchange.Headers["X-Goog-Generation"] = info.Generation.ToString(CultureInfo.InvariantCulture);
        exchange.Headers["X-Goog-Metageneration"] = info.Metageneration.ToString(CultureInfo.InvariantCulture);
        exchange.Headers["X-Goog-Stored-Content-Encoding"] = info.Attributes.ContentEncoding ?? "identity";
        exchange.Headers["X-Goog-Stored-Content-Length"] = info.SizeBytes.ToString(CultureInfo.InvariantCulture);
        exchange.Headers["X-Goog-Storage-Class"] = info.Attributes.StorageClass;
        exchange.Headers.CacheControl = info.Attributes.CacheControl;
        exchange.Headers.ContentDisposition = info.Attributes.ContentDisposition;
        exchange.Headers.ContentLanguage = info.Attributes.ContentLanguage;
    }
}
