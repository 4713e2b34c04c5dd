using System.Net;
using System.Net.Http.Headers;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using CloudOptimizedDicom.Diagnostics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Polly;

namespace CloudOptimizedDicom.Storage.GoogleCloud;

/// <summary>Sends requests, with a token, and repeats calls that failed in passing. Thread-safe.</summary>
internal sealed class GcsClient : IDisposable
{
    private const int MaxJsonBytes = 64 << 20;

    private static readonly string Version =
        typeof(GcsClient).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0";

    // One connection of HTTP/2 would throttle bulk reads, so there are many of HTTP/1.1.
    private static readonly Lazy<SocketsHttpHandler> SharedHandler = new(() => new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.None,
        UseCookies = false,
        PooledConnectionLifetime = TimeSpan.FromMinutes(10),
        ConnectTimeout = TimeSpan.FromSeconds(20),
        MaxConnectionsPerServer = 512,
    });

    private readonly HttpClient _http;
    private readonly GcsCredential _credential;
    private readonly GcsObjectStoreOptions _options;
    private readonly ResiliencePipeline _pipeline;

    public GcsClient(GcsObjectStoreOptions options, GcsCredential credential)
    {
        _options = options;
        _credential = credential;
        _http = new HttpClient(options.HttpMessageHandler ?? SharedHandler.Value, disposeHandler: false)
        {
            Timeout = Timeout.InfiniteTimeSpan,
            DefaultRequestVersion = HttpVersion.Version11,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        _http.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("CloudOptimizedDicom", Version));
        ILoggerFactory loggers = options.LoggerFactory ?? NullLoggerFactory.Instance;
        Meter = CodMeter.From(options.MeterFactory);
        _pipeline = GcsRetry.CreatePipeline(options, loggers.CreateLogger<GcsObjectStore>(), Meter);
    }

    public CodMeter Meter { get; }

    public GcsCall Begin(string operation, string uri, CancellationToken cancellationToken, bool isRepeatable = true) =>
        new(operation, uri, _options, cancellationToken) { IsRepeatable = isRepeatable };

    /// <summary>Whether another client asks as the same.</summary>
    public bool HasCredentialOf(GcsClient other) => ReferenceEquals(_credential, other._credential);

    /// <summary>Runs an attempt until it succeeds, cannot succeed any more, or has been tried often enough.</summary>
    public async Task<T> RunAsync<T>(GcsCall call, Func<CancellationToken, Task<T>> attempt)
    {
        ResilienceContext context = ResilienceContextPool.Shared.Get(call.Token);
        context.Properties.Set(GcsRetry.Call, call);
        try
        {
            return await _pipeline.ExecuteAsync(
                static async (context, state) =>
                {
                    state.call.BeginAttempt();
                    return await state.attempt(context.CancellationToken).ConfigureAwait(false);
                },
                context,
                (call, attempt)).ConfigureAwait(false);
        }
        catch (Exception exception) when (GcsErrors.IsForeign(exception))
        {
            call.ThrowIfCancelled();
            throw GcsErrors.Translate(call, exception);
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    /// <summary>
    /// Sends a request and gives its answer, once the headers are there, if the status is a success or one of those expected.
    /// </summary>
    /// <param name="call">The call that it is for.</param>
    /// <param name="create">Makes the request; called again when the token was refused.</param>
    /// <param name="changes">Whether the request changes something.</param>
    /// <param name="expected">Other statuses that the caller knows what to do with.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    public async Task<HttpResponseMessage> SendAsync(
        GcsCall call, Func<HttpRequestMessage> create, bool changes, HttpStatusCode[] expected, CancellationToken cancellationToken)
    {
        HttpResponseMessage response = await SendOnceAsync(call, create, changes, refresh: false, cancellationToken).ConfigureAwait(false);
        if (response.StatusCode == HttpStatusCode.Unauthorized && !ReferenceEquals(_credential, GcsCredential.None))
        {
            response.Dispose();
            response = await SendOnceAsync(call, create, changes, refresh: true, cancellationToken).ConfigureAwait(false);
        }

        HttpStatusCode status = response.StatusCode;
        if (response.IsSuccessStatusCode || expected.Contains(status))
        {
            return response;
        }

        call.RetryAfter = GcsRetry.ReadRetryAfter(response, _options.TimeProvider);
        response.Dispose();
        throw GcsErrors.FromStatus(call, status);
    }

    /// <summary>Reads an answer as JSON.</summary>
    /// <exception cref="JsonException">It is none.</exception>
    public static async Task<T> ReadAsync<T>(HttpResponseMessage response, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        await response.Content.LoadIntoBufferAsync(MaxJsonBytes, cancellationToken).ConfigureAwait(false);
        byte[] json = await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
        return JsonSerializer.Deserialize(json, type) ?? throw new JsonException("null");
    }

    /// <summary>When an answer was given, by the clock of the service.</summary>
    public DateTimeOffset TimeOf(HttpResponseMessage response) => response.Headers.Date ?? _options.TimeProvider.GetUtcNow();

    public void Dispose() => _http.Dispose();

    private async Task<HttpResponseMessage> SendOnceAsync(
        GcsCall call, Func<HttpRequestMessage> create, bool changes, bool refresh, CancellationToken cancellationToken)
    {
        AuthenticationHeaderValue? authorization = await AuthorizeAsync(call, refresh, cancellationToken).ConfigureAwait(false);
        using HttpRequestMessage request = create();
        request.Headers.Authorization = authorization;
        bool mayHaveApplied = call.MayHaveApplied;
        call.MayHaveApplied |= changes;
        using GcsMeasurement? measurement = GcsMeasurement.Begin(Meter, call, request);
        try
        {
            HttpResponseMessage response =
                await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
            measurement?.Answered(response.StatusCode);
            if (!response.IsSuccessStatusCode && !GcsErrors.IsAmbiguous(response.StatusCode))
            {
                call.MayHaveApplied = mayHaveApplied;
            }

            return response;
        }
        catch (HttpRequestException exception) when (GcsErrors.IsUnsent(exception))
        {
            call.MayHaveApplied = mayHaveApplied;
            throw;
        }
        catch (ObjectStoreException)
        {
            // What was to be sent could not be read or was wrong, so it never arrived whole.
            call.MayHaveApplied = mayHaveApplied;
            throw;
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new HttpIOException(HttpRequestError.ConnectionError, "The handler gave up.", exception);
        }
    }

    private async Task<AuthenticationHeaderValue?> AuthorizeAsync(GcsCall call, bool refresh, CancellationToken cancellationToken)
    {
        string? token;
        try
        {
            token = await _credential.GetTokenAsync(refresh, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw GcsErrors.FromCredential(call, exception);
        }

        // A malformed header would be quoted in the exception that refuses it.
        return token is null || token.All(letter => letter is > ' ' and <= '~')
            ? token is null ? null : new AuthenticationHeaderValue("Bearer", token)
            : throw GcsErrors.FromCredential(call, exception: null);
    }
}
