using CloudOptimizedDicom.Compression;
using CloudOptimizedDicom.Metadata;
using CloudOptimizedDicom.Storage;
using CloudOptimizedDicom.Testing;
using CloudOptimizedDicom.Testing.Objects;
using CloudOptimizedDicom.Testing.Requests;
using CloudOptimizedDicom.Tests.Storage.GoogleCloud;

namespace CloudOptimizedDicom.Tests.Series;

/// <summary>A datastore in a bucket of an emulator, and a bucket of files beside it.</summary>
public abstract class CloudStorageFixture
{
    protected const string Archive = "archive";
    protected const string Inbox = "inbox";

    /// <summary>The study of the series that <see cref="PutPythonsAsync"/> puts.</summary>
    protected const string PythonsStudy = "1.2.826.0.1.3680043.8.498.7001.93";

    private GcsEmulator? _emulator;
    private CodDatastore? _datastore;

    protected GcsEmulator Emulator => _emulator!;

    protected CodDatastore Datastore => _datastore!;

    [SetUp]
    public async Task StartAsync()
    {
        _emulator = await GcsEmulator.StartAsync(new GcsEmulatorOptions { Buckets = [Archive, Inbox] });
        _datastore = await OpenAsync();
    }

    [TearDown]
    public async Task StopAsync()
    {
        await Datastore.DisposeAsync();
        await Emulator.DisposeAsync();
    }

    /// <summary>Opens the datastore anew; pauses between attempts take no time.</summary>
    protected Task<CodDatastore> OpenAsync() => CodDatastore.OpenAsync(
        $"gs://{Archive}/cod",
        new CodDatastoreOptions { Endpoint = Emulator.Endpoint, TimeProvider = new ImmediateTimeProvider(TimeSpan.FromSeconds(90)), StallTimeout = TimeSpan.FromMinutes(2) });

    /// <summary>Puts a file into the inbox and gives its URI.</summary>
    protected async Task<string> PutAsync(string name, string file)
    {
        await using FileStream stream = File.OpenRead(file);
        await Emulator.Core.InsertAsync(Inbox, name, stream, new GcsObjectAttributes(), new GcsConditions(), CancellationToken.None);
        return $"gs://{Inbox}/{name}";
    }

    /// <summary>A series of three instances as the Python package left it.</summary>
    protected async Task PutPythonsAsync()
    {
        const string folder = $"cod/studies/{PythonsStudy}/series/{PythonsStudy}.1";
        await PutAsync($"{folder}.tar", "series.tar", new GcsObjectAttributes());
        await PutAsync($"{folder}/index.sqlite", "index.sqlite", new GcsObjectAttributes());
        await PutAsync($"{folder}/metadata.json", "metadata.json.gz", new GcsObjectAttributes { ContentEncoding = "gzip" });
        TakeRequests();
    }

    private async Task PutAsync(string name, string file, GcsObjectAttributes attributes)
    {
        await using FileStream stream = File.OpenRead(Repository.TestData("cod", "diff_hash_dupe__v2", file));
        await Emulator.Core.InsertAsync(Archive, name, stream, attributes, new GcsConditions(), CancellationToken.None);
    }

    /// <summary>Takes out of the metadata what tells which archive it describes, as in a series of the Python package.</summary>
    protected async Task ForgetArchiveAsync(SeriesId id)
    {
        var names = new SeriesNames("cod/", id);
        StoredSeries? stored = await StoredSeries.ReadAsync(Datastore.Store, names, known: null, DecompressionLimits.Default, CancellationToken.None);
        SeriesMetadata metadata = stored!.Metadata.Clone();
        (metadata.Tar, metadata.Index) = (null, null);
        await Datastore.Store.UploadAsync(
            names.Metadata, StoredSeries.ToUpload(StoredSeries.ToBytes(metadata, Datastore.Store, names)), ObjectPrecondition.None);
        TakeRequests();
    }

    /// <summary>The requests since the last call, an upload counted as one.</summary>
    protected IReadOnlyList<RequestEntry> TakeRequests()
    {
        RequestEntry[] entries = [.. Emulator.Log.Entries.Where(entry => !entry.IsContinuation)];
        Emulator.Log.Clear();
        return entries;
    }
}
