using CloudOptimizedDicom.Storage;
using CloudOptimizedDicom.Storage.GoogleCloud;
using CloudOptimizedDicom.Testing;
using CloudOptimizedDicom.Testing.Requests;
using CloudOptimizedDicom.Tests.Storage.GoogleCloud;

namespace CloudOptimizedDicom.Tests.Series;

/// <summary>Datastores to copy between: two directories, and two buckets of an emulator.</summary>
public abstract class CopyFixture
{
    protected const string Here = "here";
    protected const string There = "there";

    private readonly List<CodDatastore> _opened = [];
    private GcsEmulator? _emulator;
    private string _folder = "";

    protected static SeriesId Id => SyntheticInstance.Id;

    protected GcsEmulator Emulator => _emulator!;

    /// <summary>Room for files of the test.</summary>
    protected string Folder => _folder;

    [SetUp]
    public async Task StartAsync()
    {
        _folder = Directory.CreateTempSubdirectory("cod-copy-").FullName;
        _emulator = await GcsEmulator.StartAsync(new GcsEmulatorOptions { Buckets = [Here, There], MaxRewriteBytes = 50_000 });
    }

    [TearDown]
    public async Task StopAsync()
    {
        foreach (CodDatastore datastore in _opened)
        {
            await datastore.DisposeAsync();
        }

        _opened.Clear();
        await Emulator.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    protected string StorePath(string name) => Path.Combine(_folder, name);

    /// <summary>Opens a directory or a bucket of that name; pauses between attempts take no time.</summary>
    protected async Task<CodDatastore> OpenAsync(StoreKind kind, string name, CodDatastoreOptions? options = null) =>
        Keep(await CodDatastore.OpenAsync(
            kind == StoreKind.Bucket ? $"gs://{name}/cod" : StorePath(name),
            (options ?? new CodDatastoreOptions()) with { Endpoint = Emulator.Endpoint, TimeProvider = new ImmediateTimeProvider(TimeSpan.FromSeconds(90)), StallTimeout = TimeSpan.FromMinutes(2) }));

    /// <summary>Opens a bucket through a store of the test.</summary>
    protected CodDatastore Open(string bucket, Func<IObjectStore, IObjectStore> wrap) =>
        Keep(CodDatastore.FromStore(wrap(new GcsObjectStore(bucket, new GcsObjectStoreOptions { Endpoint = Emulator.Endpoint })), "cod"));

    /// <summary>Writes the series with instances of these numbers.</summary>
    protected Task StoreAsync(CodDatastore datastore, params int[] numbers) => datastore.UpdateSeriesAsync(
        Id.StudyUid,
        Id.SeriesUid,
        CodMode.Write,
        series => series.AppendAsync(numbers.Select(number => new Instance(SyntheticInstance.Write(_folder, number, 40_000)))));

    protected static Task<CopyReport> CopyAsync(CodDatastore source, CodDatastore destination, CopyOptions? options = null, SeriesId? id = null) =>
        source.CopySeriesAsync((id ?? Id).StudyUid, (id ?? Id).SeriesUid, destination, options);

    /// <summary>Whether a series is sound, and nobody holds its lock.</summary>
    protected static async Task AssertIntactAsync(CodDatastore datastore, params int[] numbers)
    {
        IntegrityReport report = await datastore.VerifySeriesAsync(Id.StudyUid, Id.SeriesUid, new VerifyOptions { Deep = true });
        Assert.That(report.Findings, Is.Empty);
        await using CodObject series = await datastore.OpenSeriesAsync(Id.StudyUid, Id.SeriesUid, CodMode.Read);
        Assert.That(series.GetInstances().Select(instance => instance.Record!.Uid), Is.EqualTo(numbers.Select(SyntheticInstance.Uid)));
    }

    /// <summary>The requests since the last call, an upload counted as one.</summary>
    protected IReadOnlyList<RequestEntry> TakeRequests()
    {
        RequestEntry[] entries = [.. Emulator.Log.Entries.Where(entry => !entry.IsContinuation)];
        Emulator.Log.Clear();
        return entries;
    }

    private CodDatastore Keep(CodDatastore datastore)
    {
        _opened.Add(datastore);
        return datastore;
    }
}
