using Google.Apis.Auth.OAuth2;

namespace CloudOptimizedDicom.Storage.GoogleCloud;

/// <summary>Who asks. Thread-safe; one may be used for many stores.</summary>
public sealed class GcsCredential
{
    private readonly Func<bool, CancellationToken, ValueTask<string?>> _getToken;

    private GcsCredential(Func<bool, CancellationToken, ValueTask<string?>> getToken) => _getToken = getToken;

    /// <summary>Nobody: requests carry no token, as for public buckets and emulators.</summary>
    public static GcsCredential None { get; } = new((_, _) => ValueTask.FromResult<string?>(null));

    /// <summary>
    /// What the environment offers, in Google's order: the file that <c>GOOGLE_APPLICATION_CREDENTIALS</c> names, the login
    /// of <c>gcloud</c>, the service account of the machine or the workload identity. It is looked for at the first request.
    /// </summary>
    public static GcsCredential ApplicationDefault { get; } = FromGoogle(GoogleCredential.GetApplicationDefaultAsync);

    /// <summary>A credential file of any kind that Google issues. It is read at the first request.</summary>
    /// <param name="path">The file, which must come from a trusted place: it says where tokens are asked for.</param>
    /// <returns>The credential.</returns>
    public static GcsCredential FromFile(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return FromGoogle(cancellationToken => GoogleTokenSource.LoadAsync(path, cancellationToken));
    }

    /// <summary>Tokens that the caller gets by other means.</summary>
    /// <param name="getToken">
    /// Gives an OAuth 2.0 access token. It is called for every request, from any thread, so it should keep a token until shortly
    /// before that expires.
    /// </param>
    /// <returns>The credential.</returns>
    public static GcsCredential FromTokenSource(Func<CancellationToken, ValueTask<string>> getToken)
    {
        ArgumentNullException.ThrowIfNull(getToken);
        return new(async (_, cancellationToken) => await getToken(cancellationToken).ConfigureAwait(false));
    }

    /// <summary>The token for one request; null for none.</summary>
    /// <param name="refresh">Whether the token given before was refused.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    internal ValueTask<string?> GetTokenAsync(bool refresh, CancellationToken cancellationToken) => _getToken(refresh, cancellationToken);

    private static GcsCredential FromGoogle(Func<CancellationToken, Task<GoogleCredential>> load) =>
        new(new GoogleTokenSource(load).GetTokenAsync);
}
