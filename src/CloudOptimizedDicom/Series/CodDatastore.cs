using CloudOptimizedDicom.Diagnostics;
using CloudOptimizedDicom.Storage;
using CloudOptimizedDicom.Storage.GoogleCloud;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace CloudOptimizedDicom;

/// <summary>
/// A place with many series: a directory, or a bucket and a prefix. Thread-safe; one is enough for a process.
/// </summary>
public sealed partial class CodDatastore : IAsyncDisposable
{
    private const string BucketScheme = "gs://";

    private readonly string _prefix;
    private readonly IObjectStore _store;
    private bool _isDisposed;

    private CodDatastore(IObjectStore store, string prefix, CodDatastoreOptions options)
    {
        _store = store;
        _prefix = prefix.Length == 0 ? "" : prefix.TrimEnd('/') + "/";
        Options = options;
        Sources = new InstanceSources(bucket => OpenStore(bucket, options), new WebSourceOptions
        {
            StallTimeout = options.StallTimeout,
            AllowCrossHostRedirects = options.AllowCrossHostRedirects,
            TimeProvider = options.TimeProvider,
        });
        Metadata = new MetadataCache(options.MetadataCacheBytes);
        Meter = CodMeter.From(options.MeterFactory);
        Logger = (options.LoggerFactory ?? NullLoggerFactory.Instance).CreateLogger<CodDatastore>();
    }

    /// <summary>Where it is, without a slash at its end.</summary>
    public string Uri => $"{_store.RootUri}/{_prefix}".TrimEnd('/');

    /// <exception cref="ObjectDisposedException">The datastore is disposed.</exception>
    internal IObjectStore Store
    {
        get
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            return _store;
        }
    }

    internal CodDatastoreOptions Options { get; }

    internal ILogger Logger { get; }

    internal CodMeter Meter { get; }

    internal MetadataCache Metadata { get; }

    /// <summary>Opens a datastore. Nothing is read or written yet; a directory need not exist, a bucket must.</summary>
    /// <param name="path">A directory, or <c>gs://bucket</c> or <c>gs://bucket/prefix</c>.</param>
    /// <param name="options">How; <see langword="null"/> for the defaults.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <returns>The datastore, to be disposed when no more series are open.</returns>
    /// <exception cref="ArgumentException">The path is empty, or a URI of a kind that is not supported.</exception>
    public static Task<CodDatastore> OpenAsync(
        string path, CodDatastoreOptions? options = null, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult(Open(path, options ?? new CodDatastoreOptions()));
    }

    internal static CodDatastore Open(string path, CodDatastoreOptions options)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        if (path.StartsWith(BucketScheme, StringComparison.OrdinalIgnoreCase))
        {
            return OpenBucket(path[BucketScheme.Length..], options);
        }

        if (path.Contains("://", StringComparison.Ordinal) && !path.StartsWith("file://", StringComparison.OrdinalIgnoreCase))
        {
            throw new ArgumentException($"\"{path}\" is no directory and no bucket.", nameof(path));
        }

        string directory = new FileInstanceSource(path).Path;
        var store = new LocalObjectStore(directory, new LocalObjectStoreOptions { TimeProvider = options.TimeProvider });
        return new CodDatastore(store, "", options);
    }

    /// <summary>Opens a datastore in a store that the caller made.</summary>
    /// <param name="store">The store; it is disposed with the datastore.</param>
    /// <param name="prefix">What stands before <c>studies/</c>; empty at the root of the store.</param>
    /// <param name="options">How; <see langword="null"/> for the defaults.</param>
    /// <returns>The datastore.</returns>
    public static CodDatastore FromStore(IObjectStore store, string prefix = "", CodDatastoreOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(prefix);
        return new CodDatastore(store, prefix, options ?? new CodDatastoreOptions());
    }

    /// <summary>Opens one series.</summary>
    /// <param name="studyUid">Study Instance UID; the hashed one of a series that hides its own.</param>
    /// <param name="seriesUid">Series Instance UID; the hashed one of a series that hides its own.</param>
    /// <param name="mode">What for; <see cref="CodMode.Write"/> and <see cref="CodMode.Append"/> take the lock.</param>
    /// <param name="options">How; <see langword="null"/> for the defaults.</param>
    /// <param name="cancellationToken">Ends the call early; no lock is left then.</param>
    /// <returns>The series, to be disposed by the caller, which releases the lock.</returns>
    /// <exception cref="ArgumentException">A UID cannot be part of a path.</exception>
    /// <exception cref="CodObjectNotFoundException">There is none, and it is not to be begun.</exception>
    /// <exception cref="Locking.LockAcquisitionException">Somebody else is writing it.</exception>
    /// <exception cref="ErrorLogExistsException">An error.log is beside it.</exception>
    /// <exception cref="Metadata.SeriesMetadataException">Its metadata is not readable.</exception>
    /// <exception cref="ObjectStoreException">The store did not answer.</exception>
    public Task<CodObject> OpenSeriesAsync(
        string studyUid, string seriesUid, CodMode mode, OpenSeriesOptions? options = null, CancellationToken cancellationToken = default) =>
        CodObject.OpenAsync(this, Name(new SeriesId(studyUid, seriesUid)), mode, options ?? new OpenSeriesOptions(), cancellationToken);

    /// <summary>Goes on with a series whose lock another process has handed over.</summary>
    /// <param name="ticket">The ticket; the series must be one of this datastore.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <returns>The series, to be disposed by the caller, which releases the lock.</returns>
    /// <exception cref="ArgumentException">The ticket is of another datastore, or no series can have handed it out.</exception>
    /// <exception cref="Locking.LockLostException">The ticket was used already, or the lock was removed.</exception>
    /// <exception cref="Metadata.SeriesMetadataException">The metadata is not readable.</exception>
    /// <exception cref="ObjectStoreException">The store did not answer; if it has the lock all the same, the ticket is used up.</exception>
    public Task<CodObject> ResumeSeriesAsync(CodTicket ticket, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(ticket);
        return CodObject.ResumeAsync(this, ticket, cancellationToken);
    }

    /// <summary>Frees connections. Series that are still open cannot be used any more.</summary>
    /// <returns>When done.</returns>
    public async ValueTask DisposeAsync()
    {
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        await Sources.DisposeAsync().ConfigureAwait(false);
        await _store.DisposeAsync().ConfigureAwait(false);
    }

    internal SeriesNames Name(SeriesId id) => new(_prefix, id);

    /// <summary>Reads the metadata of a series; of what was read lately only whether it is still the same.</summary>
    internal async Task<StoredSeries?> ReadMetadataAsync(SeriesNames names, CancellationToken cancellationToken)
    {
        Metadata.TryGet(names.Metadata, out StoredSeries? known);
        StoredSeries? stored = await StoredSeries.ReadAsync(Store, names, known, Options.Decompression, cancellationToken).ConfigureAwait(false);
        if (Options.MetadataCacheBytes > 0)
        {
            Meter.MetadataLookups.Add(1, TelemetryTag.Outcome, known is not null && ReferenceEquals(stored, known) ? "hit" : "miss");
        }

        if (!ReferenceEquals(stored, known))
        {
            Metadata.Set(names.Metadata, stored);
        }

        return stored;
    }

    private static CodDatastore OpenBucket(string path, CodDatastoreOptions options)
    {
        string[] parts = path.Split('/', 2);
        return new CodDatastore(OpenStore(parts[0], options), parts.Length > 1 ? parts[1].Trim('/') : "", options);
    }

    private static GcsObjectStore OpenStore(string bucket, CodDatastoreOptions options) => new(bucket, new GcsObjectStoreOptions
    {
        Credential = options.Credential,
        Endpoint = options.Endpoint,
        UserProject = options.UserProject,
        HttpMessageHandler = options.HttpMessageHandler,
        LoggerFactory = options.LoggerFactory,
        MeterFactory = options.MeterFactory,
        TimeProvider = options.TimeProvider,
    });
}
