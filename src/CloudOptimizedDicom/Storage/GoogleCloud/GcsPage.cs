namespace CloudOptimizedDicom.Storage.GoogleCloud;

/// <summary>One page of a listing in the JSON API ("Objects: list").</summary>
internal sealed record GcsPage
{
    public const string Fields = $"nextPageToken,prefixes,items({GcsResource.Fields})";

    public string? NextPageToken { get; init; }

    public string[]? Prefixes { get; init; }

    public GcsResource[]? Items { get; init; }
}
