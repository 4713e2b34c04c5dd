using System.Collections.Concurrent;
using CloudOptimizedDicom.Storage;
using CloudOptimizedDicom.Storage.GoogleCloud;

namespace CloudOptimizedDicom;

/// <summary>Finds the source that a URI names. Thread-safe.</summary>
/// <param name="openBucket">Opens a bucket by its name; each is opened once.</param>
/// <param name="web">How web servers are asked.</param>
internal sealed class InstanceSources(Func<string, IObjectStore> openBucket, WebSourceOptions web) : IAsyncDisposable
{
    private const string CloudStorageScheme = "gs://";

    private readonly ConcurrentDictionary<string, Lazy<IObjectStore>> _buckets = new();
    private readonly Lazy<WebClient> _web = new(() => new WebClient(web));
    private readonly StallLimit _stall = new(web.StallTimeout, web.TimeProvider);

    /// <summary>For instances that no datastore has read: with the application's default credentials.</summary>
    public static InstanceSources Default { get; } = new(bucket => new GcsObjectStore(bucket), new WebSourceOptions());

    /// <exception cref="SourceReadException">The URI is of a kind that is not known.</exception>
    /// <param name="uri">The URI.</param>
    /// <param name="maxBytes">How much of a source that does not tell its size is taken.</param>
    public IInstanceSource Resolve(string uri, long maxBytes = long.MaxValue)
    {
        try
        {
            return ResolveKnown(uri, maxBytes);
        }
        catch (Exception error) when (error is ArgumentException or UriFormatException)
        {
            throw new SourceReadException(uri, error);
        }
    }

    private IInstanceSource ResolveKnown(string uri, long maxBytes)
    {
        if (ResolveBucket(uri) is { } place)
        {
            return place.Name.Length > 0
                ? new ObjectInstanceSource(uri, place.Bucket, place.Name)
                : throw new SourceReadException(uri, new UriFormatException("it names no object"));
        }

        if (IsMistyped(uri, "http:") || IsMistyped(uri, "https:"))
        {
            throw new SourceReadException(uri, new UriFormatException("a web address begins with http:// or https://"));
        }

        int scheme = uri.IndexOf("://", StringComparison.Ordinal);
        return scheme < 0 ? new FileInstanceSource(uri) : uri[..scheme].ToUpperInvariant() switch
        {
            "FILE" => new FileInstanceSource(uri),
            "HTTP" or "HTTPS" => new HttpInstanceSource(uri, _web.Value, _stall, maxBytes),
            string other => throw new SourceReadException(uri, new UriFormatException($"the scheme {other} is not known")),
        };
    }

    private static bool IsMistyped(string uri, string scheme) =>
        uri.StartsWith(scheme, StringComparison.OrdinalIgnoreCase) && !uri.AsSpan(scheme.Length).StartsWith("//");

    /// <summary>The bucket of a <c>gs://</c> URI and what stands behind it; null for another kind of URI.</summary>
    public (IObjectStore Bucket, string Name)? ResolveBucket(string uri)
    {
        if (!uri.StartsWith(CloudStorageScheme, StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        string[] parts = uri[CloudStorageScheme.Length..].Split('/', 2);
        IObjectStore bucket = _buckets.GetOrAdd(parts[0], name => new Lazy<IObjectStore>(() => openBucket(name))).Value;
        return (bucket, parts.Length > 1 ? parts[1] : "");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (Lazy<IObjectStore> bucket in _buckets.Values.Where(bucket => bucket.IsValueCreated))
        {
            await bucket.Value.DisposeAsync().ConfigureAwait(false);
        }

        if (_web.IsValueCreated)
        {
            _web.Value.Dispose();
        }
    }
}
