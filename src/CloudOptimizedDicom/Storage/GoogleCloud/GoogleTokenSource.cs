using Google.Apis.Auth.OAuth2;

namespace CloudOptimizedDicom.Storage.GoogleCloud;

/// <summary>Tokens of a credential of Google's library, which keeps them until they expire. Thread-safe.</summary>
internal sealed class GoogleTokenSource(Func<CancellationToken, Task<GoogleCredential>> load)
{
    private const string Scope = "https://www.googleapis.com/auth/devstorage.read_write";

    private GoogleCredential? _credential;

    public static Task<GoogleCredential> LoadAsync(string path, CancellationToken cancellationToken) =>
#pragma warning disable CS0618 // The other methods want to know the kind of credential beforehand; a user's own file may be any.
        GoogleCredential.FromFileAsync(path, cancellationToken);
#pragma warning restore CS0618

    public async ValueTask<string?> GetTokenAsync(bool refresh, CancellationToken cancellationToken)
    {
        // Loaded twice when first asked for by two threads, which does no harm; a failure is not kept.
        GoogleCredential credential = _credential ??= (await load(cancellationToken).ConfigureAwait(false)).CreateScoped(Scope);
        if (refresh)
        {
            await RefreshAsync(credential, cancellationToken).ConfigureAwait(false);
        }

        ITokenAccess tokens = credential;
        return await tokens.GetAccessTokenForRequestAsync(cancellationToken: cancellationToken).ConfigureAwait(false);
    }

    private static Task RefreshAsync(GoogleCredential credential, CancellationToken cancellationToken) => credential.UnderlyingCredential switch
    {
        ServiceCredential service => service.RequestAccessTokenAsync(cancellationToken),
        UserCredential user => user.RefreshTokenAsync(cancellationToken),
        _ => Task.CompletedTask,
    };
}
