using CloudOptimizedDicom.Testing.Requests;

namespace CloudOptimizedDicom.Tests.Series;

/// <summary>A bucket with one series of made-up instances.</summary>
public abstract class SyntheticSeriesFixture : CloudStorageFixture
{
    private protected static readonly SeriesId Id = SyntheticInstance.Id;
    private protected static readonly SeriesNames Names = new("cod/", Id);

    private readonly List<byte[]> _files = [];
    private string _directory = "";

    protected string Files => _directory;

    protected IReadOnlyList<byte[]> Stored => _files;

    [SetUp]
    public void CreateFiles()
    {
        _files.Clear();
        _directory = Directory.CreateTempSubdirectory("cod-synthetic-").FullName;
    }

    [TearDown]
    public void DeleteFiles() => Directory.Delete(_directory, recursive: true);

    /// <summary>Stores instances with so many bytes of pixels, numbered from 1.</summary>
    protected async Task StoreAsync(params int[] pixelBytes)
    {
        string[] paths = [.. pixelBytes.Select((bytes, i) => SyntheticInstance.Write(_directory, i + 1, bytes))];
        _files.AddRange(paths.Select(File.ReadAllBytes));
        await Datastore.UpdateSeriesAsync(Id.StudyUid, Id.SeriesUid, CodMode.Write, series => series.AppendAsync(paths.Select(path => new Instance(path))));
        TakeRequests();
    }

    protected Task<CodObject> OpenSeriesAsync() => Datastore.OpenSeriesAsync(Id.StudyUid, Id.SeriesUid, CodMode.Read);

    protected Task ForgetArchiveAsync() => ForgetArchiveAsync(Id);

    private protected static string Describe(IEnumerable<RequestEntry> requests) =>
        string.Join('\n', requests.Select(request => $"{request.Method} {request.Operation} {request.Object} {request.Range} {request.Status} {request.BytesDown}"));
}
