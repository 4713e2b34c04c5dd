using System.Text.Json.Nodes;
using CloudOptimizedDicom.Testing.Objects;

namespace CloudOptimizedDicom.Testing.Http;

/// <summary>The object that an upload is to make.</summary>
internal sealed record UploadRequest
{
    public required string Bucket { get; init; }

    public required string Name { get; init; }

    public required GcsObjectAttributes Attributes { get; init; }

    public required GcsConditions Conditions { get; init; }

    public required UploadChecks Checks { get; init; }

    public static UploadRequest Read(Exchange exchange, JsonObject metadata, string? contentType)
    {
        GcsObjectAttributes attributes = GcsObjectJson.ReadAttributes(metadata);
        return new UploadRequest
        {
            Bucket = exchange.Address.Bucket,
            Name = exchange.Query("name") ?? (string?)metadata["name"] ?? "",
            Attributes = attributes with
            {
                ContentType = attributes.ContentType ?? (string.IsNullOrEmpty(contentType) ? null : contentType),
                ContentEncoding = attributes.ContentEncoding ?? exchange.Query("contentEncoding"),
            },
            Conditions = exchange.Conditions(),
            Checks = UploadChecks.Read(metadata, exchange),
        };
    }

    /// <summary>Makes the object of what the writer has got, or deletes that.</summary>
    public async Task<GcsObject> FinishAsync(GcsObjectCore core, BlobWriter writer)
    {
        Blob blob = await writer.CompleteAsync().ConfigureAwait(false);
        try
        {
            Checks.Require(blob);
        }
        catch
        {
            blob.Delete();
            throw;
        }

        return core.Insert(Bucket, Name, blob, Attributes, Conditions);
    }
}
