using System.Net;

namespace CloudOptimizedDicom.Storage.GoogleCloud;

/// <summary>
/// A bucket of Google Cloud Storage, reached by its JSON API. Thread-safe; all stores of a process share their connections.
/// </summary>
/// <remarks>
/// What failed in passing (no connection, 408, 429, 5xx) is tried again after a pause drawn at random. What changes something is only
/// repeated where that does no harm. An upload with a precondition can take effect once only: when the repetition is refused, the live
/// object's <see cref="ObjectInfo.UploadId"/> tells whether the first try succeeded. One without a precondition is repeated too, after a
/// look whether it is there already; at worst it writes the same bytes twice. A delete without a precondition is not repeated once it
/// may have been carried out, since it could meet a newer object.
/// </remarks>
public sealed partial class GcsObjectStore : IObjectStore
{
    private const string UnknownStorageClass = "unknown";

    private static readonly HttpStatusCode[] NotFound = [HttpStatusCode.NotFound];

    private readonly GcsAddress _address;
    private readonly GcsClient _client;
    private readonly string _bucket;
    private readonly GcsObjectStoreOptions _options;

    /// <summary>Creates a store. Nothing is asked yet.</summary>
    /// <param name="bucket">The bucket, which must exist.</param>
    /// <param name="options">How to reach it; <see langword="null"/> for the defaults.</param>
    /// <exception cref="ArgumentException">The bucket cannot be one, or the endpoint is no web address or has a password.</exception>
    public GcsObjectStore(string bucket, GcsObjectStoreOptions? options = null)
    {
        options ??= new GcsObjectStoreOptions();
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.MaxAttempts, nameof(options));
        _bucket = bucket;
        _options = options;
        _address = new GcsAddress(bucket, options.Endpoint, options.UserProject);
        _client = new GcsClient(options, options.Credential ?? (_address.IsGoogle ? GcsCredential.ApplicationDefault : GcsCredential.None));
    }

    /// <summary>The bucket, as <c>gs://bucket</c>.</summary>
    public string RootUri => $"gs://{_bucket}";

    /// <summary>Yes: every byte travels.</summary>
    public bool IsRemote => true;

    /// <summary>None: bytes are sent from wherever they lie.</summary>
    public string? StagingDirectory => null;

    /// <summary>Yes for buckets at the same service, with the same credential and the same project that pays.</summary>
    /// <param name="origin">The store that has the objects.</param>
    /// <returns>Whether the service copies them by itself.</returns>
    public bool CanCopyFrom(IObjectStore origin) =>
        origin is GcsObjectStore other && _address.IsReachedAs(other._address) && _client.HasCredentialOf(other._client);

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">No object of a bucket can have this name.</exception>
    public async Task<ObjectInfo?> GetInfoAsync(string name, CancellationToken cancellationToken = default)
    {
        using GcsCall call = Begin("stat", name, cancellationToken);
        return await _client.RunAsync(call, token => StatAsync(call, name, token)).ConfigureAwait(false);
    }

    /// <summary>Nothing to wait for: connections are shared and close by themselves.</summary>
    /// <returns>When done.</returns>
    public ValueTask DisposeAsync()
    {
        _client.Dispose();
        return ValueTask.CompletedTask;
    }

    private GcsCall Begin(string operation, string name, CancellationToken cancellationToken, bool isRepeatable = true)
    {
        GcsAddress.RequireName(name);
        cancellationToken.ThrowIfCancellationRequested();
        return _client.Begin(operation, UriOf(name), cancellationToken, isRepeatable);
    }

    private string UriOf(string name) => $"{RootUri}/{name}";

    // One request of a call; every operation that was refused asks what is live.
    private async Task<ObjectInfo?> StatAsync(GcsCall call, string name, CancellationToken cancellationToken)
    {
        Uri uri = _address.Object(name, $"fields={GcsResource.Fields}");
        using HttpResponseMessage response = await _client.SendAsync(
            call, () => new HttpRequestMessage(HttpMethod.Get, uri), changes: false, NotFound, cancellationToken).ConfigureAwait(false);
        return response.StatusCode == HttpStatusCode.NotFound ? null : await ReadInfoAsync(response, cancellationToken).ConfigureAwait(false);
    }

    private async Task<ObjectInfo> ReadInfoAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        GcsResource resource = await GcsClient.ReadAsync(response, GcsJson.Default.GcsResource, cancellationToken).ConfigureAwait(false);
        return resource.ToInfo(_client.TimeOf(response));
    }

    private static string Query(ObjectPrecondition precondition) =>
        precondition.Generation is { } generation ? $"&ifGenerationMatch={generation}" : "";
}
