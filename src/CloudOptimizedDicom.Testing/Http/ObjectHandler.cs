using System.Text.Json.Nodes;
using CloudOptimizedDicom.Testing.Objects;
using CloudOptimizedDicom.Testing.Requests;

namespace CloudOptimizedDicom.Testing.Http;

/// <summary>What can be asked of an object but for its bytes.</summary>
internal sealed class ObjectHandler(GcsObjectCore core, long maxRewriteBytes)
{
    public async Task GetAsync(Exchange exchange)
    {
        (string bucket, string name) = await BeginAsync(exchange, GcsOperation.Get).ConfigureAwait(false);
        await exchange.AnswerAsync(core.Get(bucket, name, exchange.Conditions(), exchange.QueryNumber("generation"))).ConfigureAwait(false);
    }

    public async Task DeleteAsync(Exchange exchange)
    {
        (string bucket, string name) = await BeginAsync(exchange, GcsOperation.Delete).ConfigureAwait(false);
        core.Delete(bucket, name, exchange.Conditions(), exchange.QueryNumber("generation"));
        await exchange.AnswerAsync(204).ConfigureAwait(false);
    }

    public async Task PatchAsync(Exchange exchange)
    {
        (string bucket, string name) = await BeginAsync(exchange, GcsOperation.Patch).ConfigureAwait(false);
        JsonObject changes = await exchange.ReadJsonAsync().ConfigureAwait(false);

        // PUT says all that is to hold afterwards; PATCH says only what is to change.
        GcsObjectAttributes Change(GcsObjectAttributes old) => exchange.Method == "PUT"
            ? GcsObjectJson.ReadAttributes(changes) with { StorageClass = old.StorageClass }
            : GcsObjectJson.Patch(old, changes);

        await exchange.AnswerAsync(
            core.Patch(bucket, name, Change, exchange.Conditions(), exchange.QueryNumber("generation"))).ConfigureAwait(false);
    }

    public async Task CopyAsync(Exchange exchange)
    {
        (string Bucket, string Name) source = (exchange.Address.Bucket, exchange.Address.Object);
        (string Bucket, string Name) target = exchange.Address.Target!.Value;
        await exchange.BeginAsync(GcsOperation.Rewrite, target.Bucket, target.Name).ConfigureAwait(false);
        JsonObject metadata = await exchange.ReadJsonAsync().ConfigureAwait(false);
        if (!exchange.Address.IsCopyTo && DescribeUnfinished(exchange, source) is { } unfinished)
        {
            await exchange.AnswerAsync(unfinished).ConfigureAwait(false);
            return;
        }

        GcsObject copy = await core.CopyAsync(
            source,
            exchange.Conditions("ifSource"),
            target,
            metadata.Count == 0 ? null : GcsObjectJson.ReadAttributes(metadata),
            exchange.Conditions(),
            exchange.QueryNumber("sourceGeneration"),
            exchange.Aborted).ConfigureAwait(false);
        JsonObject answer = exchange.Address.IsCopyTo ? exchange.Describe(copy) : DescribeRewrite(exchange, copy);
        await exchange.AnswerAsync(answer).ConfigureAwait(false);
    }

    /// <summary>What a rewrite that takes more requests answers; null for the last one, which copies.</summary>
    private JsonObject? DescribeUnfinished(Exchange exchange, (string Bucket, string Name) source)
    {
        long sizeBytes = core.Get(source.Bucket, source.Name, exchange.Conditions("ifSource"), exchange.QueryNumber("sourceGeneration")).SizeBytes;
        long doneBytes = exchange.QueryNumber("rewriteToken") ?? 0;
        return sizeBytes - doneBytes <= maxRewriteBytes ? null : new JsonObject
        {
            ["kind"] = "storage#rewriteResponse",
            ["totalBytesRewritten"] = $"{doneBytes + maxRewriteBytes}",
            ["objectSize"] = $"{sizeBytes}",
            ["done"] = false,
            ["rewriteToken"] = $"{doneBytes + maxRewriteBytes}",
        };
    }

    private static JsonObject DescribeRewrite(Exchange exchange, GcsObject copy)
    {
        JsonObject resource = exchange.Describe(copy);
        return new JsonObject
        {
            ["kind"] = "storage#rewriteResponse",
            ["totalBytesRewritten"] = (string)resource["size"]!,
            ["objectSize"] = (string)resource["size"]!,
            ["done"] = true,
            ["resource"] = resource,
        };
    }

    private static async Task<(string Bucket, string Name)> BeginAsync(Exchange exchange, GcsOperation operation)
    {
        await exchange.BeginAsync(operation, exchange.Address.Bucket, exchange.Address.Object).ConfigureAwait(false);
        return (exchange.Address.Bucket, exchange.Address.Object);
    }
}
