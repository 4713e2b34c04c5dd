using System.Globalization;
using System.Text.Json.Nodes;
using CloudOptimizedDicom.Testing.Objects;
using CloudOptimizedDicom.Testing.Requests;

namespace CloudOptimizedDicom.Testing.Http;

/// <summary>Buckets, and the names in them.</summary>
internal sealed class BucketHandler(GcsObjectCore core)
{
    public async Task ListObjectsAsync(Exchange exchange)
    {
        await exchange.BeginAsync(GcsOperation.List, exchange.Address.Bucket, exchange.Query("prefix") ?? "").ConfigureAwait(false);
        GcsPage page = core.List(exchange.Address.Bucket, new GcsListQuery
        {
            Prefix = exchange.Query("prefix") ?? "",
            Delimiter = exchange.Query("delimiter") ?? "",
            StartOffset = exchange.Query("startOffset") ?? "",
            EndOffset = exchange.Query("endOffset") ?? "",
            IncludeTrailingDelimiter = exchange.QueryFlag("includeTrailingDelimiter"),
            MaxResults = (int)Math.Clamp(exchange.QueryNumber("maxResults") ?? 1000, 1, 1000),
            PageToken = exchange.Query("pageToken"),
        });
        var json = new JsonObject { ["kind"] = "storage#objects" };
        if (page.NextPageToken is not null)
        {
            json["nextPageToken"] = page.NextPageToken;
        }

        if (page.Prefixes.Count > 0)
        {
            json["prefixes"] = new JsonArray([.. page.Prefixes.Select(prefix => (JsonNode)prefix)]);
        }

        if (page.Items.Count > 0)
        {
            json["items"] = new JsonArray([.. page.Items.Select(exchange.Describe)]);
        }

        await exchange.AnswerAsync(json).ConfigureAwait(false);
    }

    public async Task GetAsync(Exchange exchange)
    {
        await exchange.BeginAsync(GcsOperation.BucketGet, exchange.Address.Bucket, "").ConfigureAwait(false);
        await exchange.AnswerAsync(Describe(exchange, core.GetBucket(exchange.Address.Bucket))).ConfigureAwait(false);
    }

    public async Task ListAsync(Exchange exchange)
    {
        await exchange.BeginAsync(GcsOperation.BucketList, "", "").ConfigureAwait(false);
        await exchange.AnswerAsync(new JsonObject
        {
            ["kind"] = "storage#buckets",
            ["items"] = new JsonArray([.. core.GetBuckets().Select(bucket => Describe(exchange, bucket))]),
        }).ConfigureAwait(false);
    }

    public async Task InsertAsync(Exchange exchange)
    {
        JsonObject json = await exchange.ReadJsonAsync().ConfigureAwait(false);
        string name = (string?)json["name"] ?? "";
        await exchange.BeginAsync(GcsOperation.BucketInsert, name, "").ConfigureAwait(false);
        if (name.Length == 0)
        {
            throw new GcsErrorException(400, "required", "Required");
        }

        await exchange.AnswerAsync(Describe(exchange, core.CreateBucket(name))).ConfigureAwait(false);
    }

    private static JsonObject Describe(Exchange exchange, GcsBucket bucket)
    {
        string time = bucket.TimeCreated.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        return new JsonObject
        {
            ["kind"] = "storage#bucket",
            ["id"] = bucket.Name,
            ["name"] = bucket.Name,
            ["selfLink"] = $"{exchange.Origin}/storage/v1/b/{Uri.EscapeDataString(bucket.Name)}",
            ["projectNumber"] = "0",
            ["metageneration"] = "1",
            ["etag"] = "CAE=",
            ["location"] = "US",
            ["locationType"] = "multi-region",
            ["storageClass"] = "STANDARD",
            ["timeCreated"] = time,
            ["updated"] = time,
        };
    }
}
