using CloudOptimizedDicom.Testing;
using CloudOptimizedDicom.Testing.Objects;
using CloudOptimizedDicom.Tests.Storage.GoogleCloud;

namespace CloudOptimizedDicom.Tests.Series;

/// <summary>A datastore in a directory or in a bucket, and a bucket of files beside it.</summary>
public abstract class EitherStoreFixture(StoreKind kind)
{
    protected const string Inbox = "inbox";
    protected const string Study = "1.2.826.0.1.3680043.8.498.7001.93";
    protected const string SeriesUid = Study + ".1";

    private const string Archive = "archive";

    private GcsEmulator? _emulator;
    private CodDatastore? _datastore;
    private string _directory = "";

    protected static SeriesId Id { get; } = new(Study, SeriesUid);

    protected StoreKind Kind => kind;

    protected GcsEmulator Emulator => _emulator!;

    protected CodDatastore Datastore => _datastore!;

    /// <summary>Room for files of the test.</summary>
    protected string Folder => _directory;

    [SetUp]
    public async Task StartAsync()
    {
        _directory = Directory.CreateTempSubdirectory("cod-").FullName;
        _emulator = await GcsEmulator.StartAsync(new GcsEmulatorOptions { Buckets = [Archive, Inbox] });
        _datastore = await OpenAsync();
    }

    [TearDown]
    public async Task StopAsync()
    {
        await Datastore.DisposeAsync();
        await Emulator.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    /// <summary>A file of the series that most tests are about.</summary>
    protected static string AppendFile(string name) => Repository.TestData("dicom", "appendset", name);

    /// <summary>Opens the datastore anew; pauses between attempts take no time.</summary>
    protected Task<CodDatastore> OpenAsync() => CodDatastore.OpenAsync(
        kind == StoreKind.Bucket ? $"gs://{Archive}/cod" : Path.Combine(_directory, "store"),
        new CodDatastoreOptions { Endpoint = Emulator.Endpoint, TimeProvider = new ImmediateTimeProvider(TimeSpan.FromSeconds(90)), StallTimeout = TimeSpan.FromMinutes(2) });

    protected Task<CodObject> OpenSeriesAsync(CodMode mode, SeriesId? id = null) =>
        Datastore.OpenSeriesAsync((id ?? Id).StudyUid, (id ?? Id).SeriesUid, mode);

    /// <summary>Puts a file into the inbox and gives its URI.</summary>
    protected async Task<string> PutAsync(string name, string file)
    {
        await using FileStream stream = File.OpenRead(file);
        await Emulator.Core.InsertAsync(Inbox, name, stream, new GcsObjectAttributes(), new GcsConditions(), CancellationToken.None);
        return $"gs://{Inbox}/{name}";
    }

    /// <summary>A copy of a file that the test may change.</summary>
    protected string CopyOf(string file)
    {
        string copy = Path.Combine(_directory, Path.GetFileName(file));
        File.Copy(file, copy);
        return copy;
    }

    /// <summary>Appends and commits.</summary>
    protected Task<AppendResult> StoreAsync(CodMode mode, params string[] files) =>
        StoreAsync(Id, mode, files.Select(file => new Instance(AppendFile(file))));

    /// <inheritdoc cref="StoreAsync(CodMode, string[])"/>
    protected async Task<AppendResult> StoreAsync(
        SeriesId id, CodMode mode, IEnumerable<Instance> instances, AppendOptions? options = null, OpenSeriesOptions? openOptions = null)
    {
        AppendResult? result = null;
        await Datastore.UpdateSeriesAsync(
            id.StudyUid, id.SeriesUid, mode, async series => result = await series.AppendAsync(instances, options), openOptions);
        return result!;
    }

    /// <summary>All that a new reader sees of a series, read byte by byte.</summary>
    protected async Task<List<(string Uid, byte[] Bytes)>> ReadAllAsync(SeriesId? id = null)
    {
        await using CodObject series = await OpenSeriesAsync(CodMode.Read, id);
        var read = new List<(string, byte[])>();
        foreach (Instance instance in series.GetInstances())
        {
            await using Stream stream = await series.OpenInstanceAsync(instance);
            byte[] bytes = new byte[stream.Length];
            await stream.ReadExactlyAsync(bytes);
            read.Add((instance.Record!.Uid, bytes));
        }

        return read;
    }

    /// <summary>Whatever a verification finds.</summary>
    protected async Task<IReadOnlyList<IntegrityFinding>> VerifyAsync(SeriesId? id = null) =>
        (await Datastore.VerifySeriesAsync((id ?? Id).StudyUid, (id ?? Id).SeriesUid, new VerifyOptions { Deep = true })).Findings;

    /// <summary>Writes an object of the series past the library.</summary>
    protected async Task PutBesideAsync(string name, byte[] bytes, SeriesId? id = null)
    {
        string path = $"{(id ?? Id).Path}{name}";
        if (kind == StoreKind.Directory)
        {
            string file = Path.Combine(_directory, "store", path);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            await File.WriteAllBytesAsync(file, bytes);
            return;
        }

        await Emulator.Core.InsertAsync(
            Archive, $"cod/{path}", new MemoryStream(bytes), new GcsObjectAttributes(), new GcsConditions(), CancellationToken.None);
    }

    /// <summary>Whether there is such an object of the series.</summary>
    protected bool ExistsBeside(string name) => kind == StoreKind.Directory
        ? File.Exists(Path.Combine(_directory, "store", $"{Id.Path}{name}"))
        : Emulator.Core.Find(Archive, $"cod/{Id.Path}{name}") is not null;
}
