namespace CloudOptimizedDicom.Tests.Storage.GoogleCloud;

/// <summary>Does something before each request is sent.</summary>
internal sealed class HookHandler(Func<HttpRequestMessage, Task> before) : DelegatingHandler(new SocketsHttpHandler { AllowAutoRedirect = false })
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        await before(request);
        return await base.SendAsync(request, cancellationToken);
    }
}
