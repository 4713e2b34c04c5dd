namespace CloudOptimizedDicom.Storage.GoogleCloud;

/// <summary>What the JSON API answers to a copy ("Objects: rewrite").</summary>
internal sealed record GcsRewrite
{
    public const string Fields = $"done,rewriteToken,totalBytesRewritten,resource({GcsResource.Fields})";

    public bool Done { get; init; }

    /// <summary>Bytes copied so far, in this request and those before it.</summary>
    public long TotalBytesRewritten { get; init; }

    /// <summary>Names a copy that is not finished, so that the next request goes on with it.</summary>
    public string? RewriteToken { get; init; }

    /// <summary>The new object, once it is there.</summary>
    public GcsResource? Resource { get; init; }
}
