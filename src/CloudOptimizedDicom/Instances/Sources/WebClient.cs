using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace CloudOptimizedDicom;

/// <summary>
/// Asks web servers, and follows their redirects as far as that is safe: over HTTP only, never from HTTPS to HTTP, to the same
/// host unless another is allowed, and never from a server of the internet to an address that is none. Thread-safe.
/// </summary>
/// <remarks>
/// Addresses are checked where the connection is made, so a name that resolves to something else a moment later gains nothing.
/// Requests that must stay outside have connections of their own: those of other requests may lead inside.
/// </remarks>
internal sealed class WebClient : IDisposable
{
    private const int MaxRedirects = 5;

    private readonly WebSourceOptions _options;
    private readonly HttpClient _direct;
    private readonly HttpClient _outside;

    /// <summary>Hosts that had an address of the internet at least once.</summary>
    private readonly ConcurrentDictionary<string, bool> _publicHosts = new(StringComparer.OrdinalIgnoreCase);

    public WebClient(WebSourceOptions options)
    {
        _options = options;
        _direct = Create(onlyPublic: false);
        _outside = Create(onlyPublic: true);
    }

    /// <summary>Sends a request; the answer's headers are there when this ends.</summary>
    /// <param name="address">What is asked for.</param>
    /// <param name="prepare">Completes each request.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    /// <exception cref="HttpRequestException">There is no answer, or a redirect that is not followed.</exception>
    public async Task<HttpResponseMessage> GetAsync(Uri address, Action<HttpRequestMessage> prepare, CancellationToken cancellationToken)
    {
        Uri at = address;
        bool staysOutside = false;
        for (int redirects = 0; ; redirects++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, at);
            prepare(request);
            HttpResponseMessage response = await (staysOutside ? _outside : _direct)
                .SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
            if (!IsRedirect(response.StatusCode))
            {
                return response;
            }

            Uri? location = response.Headers.Location;
            response.Dispose();
            Uri next = Follow(at, location, redirects);
            staysOutside |= _publicHosts.ContainsKey(at.IdnHost);
            if (staysOutside)
            {
                // A proxy would make the connection instead of us.
                await ResolveAsync(next.IdnHost, onlyPublic: true, cancellationToken).ConfigureAwait(false);
            }

            at = next;
        }
    }

    public void Dispose()
    {
        _direct.Dispose();
        _outside.Dispose();
    }

    private static bool IsRedirect(HttpStatusCode status) => status is HttpStatusCode.MovedPermanently or HttpStatusCode.Found
        or HttpStatusCode.SeeOther or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect;

    /// <summary>Where a redirect leads.</summary>
    /// <exception cref="HttpRequestException">It is not followed.</exception>
    private Uri Follow(Uri from, Uri? location, int redirects)
    {
        if (redirects == MaxRedirects)
        {
            throw new HttpRequestException($"the server redirects more than {MaxRedirects} times");
        }

        if (location is null || !Uri.TryCreate(from, location, out Uri? to))
        {
            throw new HttpRequestException("the server redirects, and does not say where to");
        }

        if (to.Scheme != Uri.UriSchemeHttp && to.Scheme != Uri.UriSchemeHttps)
        {
            throw new HttpRequestException($"the server redirects to the scheme {to.Scheme}; only http and https are followed");
        }

        if (from.Scheme == Uri.UriSchemeHttps && to.Scheme == Uri.UriSchemeHttp)
        {
            throw new HttpRequestException($"the server redirects from https to http ({to.Host}), which is not followed");
        }

        bool isSamePort = from.Port == to.Port || (from.IsDefaultPort && to.IsDefaultPort);
        return _options.AllowCrossHostRedirects || (isSamePort && string.Equals(from.IdnHost, to.IdnHost, StringComparison.OrdinalIgnoreCase))
            ? to
            : throw new HttpRequestException(
                $"the server redirects to {to.Authority[(to.Authority.IndexOf('@', StringComparison.Ordinal) + 1)..]}; "
                + $"{nameof(WebSourceOptions.AllowCrossHostRedirects)} follows it there, if that host is trusted");
    }

    private HttpClient Create(bool onlyPublic) => new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        AutomaticDecompression = DecompressionMethods.None,
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        ConnectCallback = (context, cancellationToken) => ConnectAsync(context, onlyPublic, cancellationToken),
    })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, bool onlyPublic, CancellationToken cancellationToken)
    {
        string host = context.DnsEndPoint.Host.Trim('[', ']');
        bool isProxy = !string.Equals(host, context.InitialRequestMessage.RequestUri!.IdnHost.Trim('[', ']'), StringComparison.OrdinalIgnoreCase);
        IPAddress[] addresses = await ResolveAsync(host, onlyPublic && !isProxy, cancellationToken).ConfigureAwait(false);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, context.DnsEndPoint.Port, cancellationToken).ConfigureAwait(false);
            if (!isProxy && ((IPEndPoint)socket.RemoteEndPoint!).Address is var address && _options.IsPublic(address))
            {
                _publicHosts[host] = true;
            }

            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private async Task<IPAddress[]> ResolveAsync(string host, bool onlyPublic, CancellationToken cancellationToken)
    {
        IPAddress[] addresses = IPAddress.TryParse(host, out IPAddress? address)
            ? [address]
            : await _options.Resolve(host, cancellationToken).ConfigureAwait(false);
        return !onlyPublic || addresses.All(_options.IsPublic)
            ? addresses
            : throw new HttpRequestException($"the server redirects to {host}, which is inside this network; a server of the internet may not lead there");
    }
}
