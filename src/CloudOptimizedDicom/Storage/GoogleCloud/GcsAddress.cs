using System.Text;

namespace CloudOptimizedDicom.Storage.GoogleCloud;

/// <summary>The URLs of one bucket in Cloud Storage's JSON API.</summary>
internal sealed class GcsAddress
{
    private const string EmulatorVariable = "STORAGE_EMULATOR_HOST";
    private const string GoogleEndpoint = "https://storage.googleapis.com";
    private const int MaxNameBytes = 1024;

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    // Uri would change names such as "a/../b" and "%7E", which are as good as any.
    private static readonly UriCreationOptions AsItIs = new() { DangerousDisablePathAndQueryCanonicalization = true };

    private readonly string _endpoint;
    private readonly string _bucket;
    private readonly string _userProject;

    /// <exception cref="ArgumentException">The bucket cannot be one, or the endpoint is no web address or has a password.</exception>
    public GcsAddress(string bucket, Uri? endpoint, string? userProject)
    {
        ArgumentException.ThrowIfNullOrEmpty(bucket);
        if (bucket is "." or ".." || bucket.Any(letter => !char.IsAsciiLetterLower(letter) && !char.IsAsciiDigit(letter) && letter is not ('-' or '_' or '.')))
        {
            throw new ArgumentException($"\"{bucket}\" is no name of a bucket.", nameof(bucket));
        }

        string? emulator = Environment.GetEnvironmentVariable(EmulatorVariable);
        IsGoogle = endpoint is null && string.IsNullOrWhiteSpace(emulator);
        endpoint ??= IsGoogle ? new Uri(GoogleEndpoint) : ParseEmulator(emulator!.Trim());
        if (!endpoint.IsAbsoluteUri || endpoint.Scheme is not ("http" or "https") || endpoint.UserInfo.Length > 0)
        {
            throw new ArgumentException("The endpoint is no http or https address, or has a user name in it.", nameof(endpoint));
        }

        _endpoint = endpoint.GetLeftPart(UriPartial.Path).TrimEnd('/');
        _bucket = Uri.EscapeDataString(bucket);
        _userProject = string.IsNullOrEmpty(userProject) ? "" : $"&userProject={Uri.EscapeDataString(userProject)}";
    }

    /// <summary>Whether the endpoint is Google's, because nobody named another.</summary>
    public bool IsGoogle { get; }

    public Uri Object(string name, string query) => Create($"/storage/v1/b/{_bucket}/o/{Uri.EscapeDataString(name)}?{query}{_userProject}");

    /// <summary>Copies an object of a bucket that is reached in the same way into this one.</summary>
    public Uri Rewrite(GcsAddress source, string sourceName, string name, string query) => Create(
        $"/storage/v1/b/{source._bucket}/o/{Uri.EscapeDataString(sourceName)}/rewriteTo/b/{_bucket}/o/{Uri.EscapeDataString(name)}?{query}{_userProject}");

    /// <summary>Whether a bucket is reached at the same service, and paid for by the same project.</summary>
    public bool IsReachedAs(GcsAddress other) => _endpoint == other._endpoint && _userProject == other._userProject;

    public Uri Objects(string query) => Create($"/storage/v1/b/{_bucket}/o?{query}{_userProject}");

    public Uri Upload(string query) => Create($"/upload/storage/v1/b/{_bucket}/o?{query}{_userProject}");

    /// <summary>
    /// A session as the service names it, but always at our own endpoint: whatever an answer says, no token goes elsewhere.
    /// </summary>
    public Uri Session(string location)
    {
        var authority = new Uri(_endpoint).GetLeftPart(UriPartial.Authority);
        return new Uri(authority + new Uri(new Uri(authority), location).PathAndQuery, AsItIs);
    }

    /// <summary>Refuses what no object can be named.</summary>
    /// <exception cref="ArgumentException">It is empty, too long, "." or "..", has a line end or is no Unicode.</exception>
    public static void RequireName(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (name is "." or ".." || name.AsSpan().ContainsAny('\r', '\n') || Utf8.GetByteCount(name) > MaxNameBytes)
        {
            throw new ArgumentException($"\"{name}\" cannot be the name of an object.", nameof(name));
        }
    }

    private static Uri ParseEmulator(string host) =>
        Uri.TryCreate(host.Contains("://", StringComparison.Ordinal) ? host : $"http://{host}", UriKind.Absolute, out Uri? uri)
            ? uri
            : throw new ArgumentException($"{EmulatorVariable} holds no address.");

    private Uri Create(string pathAndQuery) => new(_endpoint + pathAndQuery, AsItIs);
}
