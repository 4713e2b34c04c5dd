using System.Net;
using CloudOptimizedDicom.Testing.Faults;
using CloudOptimizedDicom.Testing.Http;
using CloudOptimizedDicom.Testing.Objects;
using CloudOptimizedDicom.Testing.Requests;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace CloudOptimizedDicom.Testing;

/// <summary>
/// The JSON API of Google Cloud Storage on the loopback address: objects with preconditions, resumable uploads, ranges and
/// transcoding, a log of requests, and faults on demand. All members may be called from any thread.
/// </summary>
/// <remarks>
/// <code>
/// await using GcsEmulator emulator = await GcsEmulator.StartAsync();
/// emulator.Faults.Add(new FaultRule { Operation = GcsOperation.Insert, AtMatch = 1, Action = FaultAction.DropAfter });
/// using var http = new HttpClient { BaseAddress = emulator.Endpoint };
/// </code>
/// Clients are pointed at <see cref="Endpoint"/>: Python's by <c>STORAGE_EMULATOR_HOST</c>, gcloud by
/// <c>CLOUDSDK_API_ENDPOINT_OVERRIDES_STORAGE</c> and <c>CLOUDSDK_AUTH_DISABLE_CREDENTIALS=true</c>. Nothing is authenticated.
/// Beside the API, <c>GET</c> and <c>DELETE</c> of <c>/_emulator/log</c> read and clear the log, <c>POST</c> of
/// <c>/_emulator/faults</c> adds a rule and <c>DELETE</c> removes all, and <c>POST</c> of <c>/_emulator/expire?status=410</c>
/// ends the resumable uploads under way. A rule is one flat object: <c>kind</c> and the figures of a <see cref="FaultAction"/>
/// (<c>status</c>, <c>retryAfterSeconds</c>, <c>bytes</c>, <c>delaySeconds</c>), and the members of a <see cref="FaultRule"/>.
/// There are no older generations, no access control and no composition of objects.
/// </remarks>
public sealed class GcsEmulator : IAsyncDisposable
{
    private readonly WebApplication _server;
    private readonly UploadSessions _uploads;

    private GcsEmulator(WebApplication server, GcsObjectCore core, RequestLog log, FaultRules faults, UploadSessions uploads)
    {
        _server = server;
        _uploads = uploads;
        Core = core;
        Log = log;
        Faults = faults;
        Endpoint = new Uri(server.Urls.Single());
    }

    /// <summary>Where it listens, such as <c>http://127.0.0.1:4443/</c>.</summary>
    public Uri Endpoint { get; }

    /// <summary>The objects, without HTTP; what is done here is not in the log.</summary>
    public GcsObjectCore Core { get; }

    /// <summary>The requests so far.</summary>
    public RequestLog Log { get; }

    /// <summary>What shall go wrong.</summary>
    public FaultRules Faults { get; }

    /// <summary>Starts an emulator.</summary>
    /// <param name="options">How it works; <see langword="null"/> for the defaults.</param>
    /// <param name="cancellationToken">Ends the start early.</param>
    /// <returns>The emulator, which listens already.</returns>
    /// <exception cref="IOException">The port is in use, or a file cannot be read or written.</exception>
    public static async Task<GcsEmulator> StartAsync(GcsEmulatorOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new GcsEmulatorOptions();
        var core = new GcsObjectCore(new GcsObjectCoreOptions
        {
            TimeProvider = options.TimeProvider,
            RootDirectory = options.RootDirectory,
            MaxMemoryBytes = options.MaxMemoryBytes,
            Buckets = options.Buckets,
        });
        var log = new RequestLog(options.LogFile);
        var faults = new FaultRules();
        var uploads = new UploadSessions(core, options.UploadQuantumBytes, options.UploadLifetime);
        WebApplication server = Build(options.Port);
        server.Run(new RequestPipeline(core, log, faults, uploads, options.MaxRewriteBytes).HandleAsync);
        try
        {
            await server.StartAsync(cancellationToken).ConfigureAwait(false);
            return new GcsEmulator(server, core, log, faults, uploads);
        }
        catch
        {
            await server.DisposeAsync().ConfigureAwait(false);
            await uploads.DisposeAsync().ConfigureAwait(false);
            core.Dispose();
            log.Dispose();
            throw;
        }
    }

    /// <summary>Ends the resumable uploads under way, as if their time were over.</summary>
    /// <param name="status">What their sessions answer from now on; Cloud Storage answers 410 or 404.</param>
    public void ExpireUploads(int status = (int)HttpStatusCode.Gone) => _uploads.Expire(status);

    /// <summary>Waits until the emulator is told to stop, as by Ctrl+C.</summary>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>When it has stopped.</returns>
    public Task WaitForShutdownAsync(CancellationToken cancellationToken = default) => _server.WaitForShutdownAsync(cancellationToken);

    /// <summary>Stops it, breaks off requests under way, and deletes what no root directory keeps.</summary>
    /// <returns>When done.</returns>
    public async ValueTask DisposeAsync()
    {
        await _server.StopAsync(new CancellationToken(canceled: true)).ConfigureAwait(false);
        await _server.DisposeAsync().ConfigureAwait(false);
        await _uploads.DisposeAsync().ConfigureAwait(false);
        Core.Dispose();
        Log.Dispose();
    }

    private static WebApplication Build(int port)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Limits.MinResponseDataRate = null;
            kestrel.Limits.MaxRequestLineSize = 1 << 16;
            kestrel.Limits.MaxRequestBufferSize = 1 << 20;
            kestrel.Listen(IPAddress.Loopback, port);
        });
        return builder.Build();
    }
}
