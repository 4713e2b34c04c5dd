using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;

namespace CloudOptimizedDicom.Storage.GoogleCloud;

/// <summary>How a <see cref="GcsObjectStore"/> reaches its bucket.</summary>
public sealed record GcsObjectStoreOptions
{
    /// <summary>Who asks.</summary>
    /// <value>
    /// The default is <see langword="null"/>: <see cref="GcsCredential.ApplicationDefault"/> at Google's own endpoint,
    /// <see cref="GcsCredential.None"/> at any other, so that no token goes to an emulator unasked.
    /// </value>
    public GcsCredential? Credential { get; init; }

    /// <summary>Where the service is, such as <c>http://localhost:4443</c>.</summary>
    /// <value>
    /// The default is <see langword="null"/>: what the environment variable <c>STORAGE_EMULATOR_HOST</c> says, with or
    /// without <c>http://</c>, else <c>https://storage.googleapis.com</c>.
    /// </value>
    public Uri? Endpoint { get; init; }

    /// <summary>The project that pays for requests to a bucket of the kind "requester pays".</summary>
    /// <value>The default is <see langword="null"/>.</value>
    public string? UserProject { get; init; }

    /// <summary>What sends the requests; the store does not dispose it. It must not follow redirects nor decompress.</summary>
    /// <value>The default is <see langword="null"/>: one pool of connections that all stores of the process share.</value>
    public HttpMessageHandler? HttpMessageHandler { get; init; }

    /// <summary>Where log messages go; they never hold a credential.</summary>
    /// <value>The default is <see langword="null"/>: nowhere.</value>
    public ILoggerFactory? LoggerFactory { get; init; }

    /// <summary>Makes the meter that counts requests; see <c>docs/TELEMETRY.md</c>.</summary>
    /// <value>The default is <see langword="null"/>: one meter of the process, <c>CloudOptimizedDicom</c>.</value>
    public IMeterFactory? MeterFactory { get; init; }

    /// <summary>The clock, for pauses and deadlines.</summary>
    /// <value>The default is the system's.</value>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>How often a request is tried in a row without getting further; 1 or more.</summary>
    /// <value>The default is 6.</value>
    public int MaxAttempts { get; init; } = 6;

    /// <summary>
    /// The longest first pause between two attempts; each later one may be twice as long. Pauses are drawn at random between
    /// nothing and that, but are never shorter than the service asks for.
    /// </summary>
    /// <value>The default is one second.</value>
    public TimeSpan InitialBackoff { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>What no pause is longer than, unless the service asks for it.</summary>
    /// <value>The default is 32 seconds.</value>
    public TimeSpan MaxBackoff { get; init; } = TimeSpan.FromSeconds(32);

    /// <summary>How long a call may go on without a byte being moved, pauses included.</summary>
    /// <value>The default is two minutes.</value>
    public TimeSpan ProgressTimeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Up to how many bytes go in one request; of more, what a broken connection had brought over is kept.</summary>
    internal int MaxMultipartBytes { get; init; } = 8 << 20;

    /// <summary>Where the lengths of pauses are drawn from.</summary>
    internal Random Random { get; init; } = Random.Shared;
}
