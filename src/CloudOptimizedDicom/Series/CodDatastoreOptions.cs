using System.Diagnostics.Metrics;
using CloudOptimizedDicom.Compression;
using CloudOptimizedDicom.Storage.GoogleCloud;
using Microsoft.Extensions.Logging;

namespace CloudOptimizedDicom;

/// <summary>How a datastore is opened.</summary>
public sealed record CodDatastoreOptions
{
    /// <summary>Where log messages go.</summary>
    /// <value>The default is <see langword="null"/>: nowhere.</value>
    public ILoggerFactory? LoggerFactory { get; init; }

    /// <summary>Makes the meter that counts what is done; see <c>docs/TELEMETRY.md</c>.</summary>
    /// <value>The default is <see langword="null"/>: one meter of the process, <c>CloudOptimizedDicom</c>.</value>
    public IMeterFactory? MeterFactory { get; init; }

    /// <summary>The clock.</summary>
    /// <value>The default is the system's.</value>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Who asks, for a bucket.</summary>
    /// <value>The default is <see langword="null"/>: as <see cref="GcsObjectStoreOptions.Credential"/> says.</value>
    public GcsCredential? Credential { get; init; }

    /// <summary>Where the service of a bucket is, such as <c>http://localhost:4443</c>.</summary>
    /// <value>The default is <see langword="null"/>: as <see cref="GcsObjectStoreOptions.Endpoint"/> says.</value>
    public Uri? Endpoint { get; init; }

    /// <summary>The project that pays for requests to a bucket of the kind "requester pays".</summary>
    /// <value>The default is <see langword="null"/>.</value>
    public string? UserProject { get; init; }

    /// <summary>What sends requests to a bucket; the datastore does not dispose it.</summary>
    /// <value>The default is <see langword="null"/>: as <see cref="GcsObjectStoreOptions.HttpMessageHandler"/> says.</value>
    public HttpMessageHandler? HttpMessageHandler { get; init; }

    /// <summary>
    /// Where archives are built before they are uploaded; it needs room for the largest series. Those of a datastore that is a
    /// directory are built in that directory, whatever this says.
    /// </summary>
    /// <value>The default is <see langword="null"/>: the system's directory for temporary files.</value>
    public string? ScratchDirectory { get; init; }

    /// <summary>How long a commit may take once its first upload has begun; cancellation is not heard in that time.</summary>
    /// <value>The default is 30 minutes.</value>
    public TimeSpan CommitTimeout { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>The storage class of archives.</summary>
    /// <value>The default is <c>STANDARD</c>. A directory has none.</value>
    public string StorageClass { get; init; } = "STANDARD";

    /// <summary>
    /// How many bytes of metadata are kept in memory, so that a series which is opened again is only asked whether it has
    /// changed. For servers. Counted are the stored bytes and, roughly, what they take with all tags inflated.
    /// </summary>
    /// <value>The default is 0: nothing is kept.</value>
    public long MetadataCacheBytes { get; init; }

    /// <summary>
    /// How long an instance from a web server may bring no byte before that attempt is given up. What is known to be the same
    /// version goes on at the byte where it stopped, three times at most; else that instance fails.
    /// </summary>
    /// <value>The default is 20 seconds; <see cref="Timeout.InfiniteTimeSpan"/> waits without end.</value>
    /// <exception cref="ArgumentOutOfRangeException">It is not above zero.</exception>
    public TimeSpan StallTimeout
    {
        get;
        init => field = value > TimeSpan.Zero || value == Timeout.InfiniteTimeSpan
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "A time above zero.");
    } = TimeSpan.FromSeconds(20);

    /// <summary>
    /// Whether an instance from a web server may come from another host than the one that is asked, where that one redirects.
    /// Never is a redirect followed from <c>https</c> to <c>http</c>, to another scheme, or from a server of the internet to an
    /// address of this machine or of a private network.
    /// </summary>
    /// <value>The default is <see langword="false"/>: such an instance fails, and its error names the other host.</value>
    public bool AllowCrossHostRedirects { get; init; }

    /// <summary>How much the compressed metadata of series may inflate to.</summary>
    /// <value>The default is <see cref="DecompressionLimits.Default"/>.</value>
    public DecompressionLimits Decompression { get; init; } = DecompressionLimits.Default;
}
