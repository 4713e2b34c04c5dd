using CloudOptimizedDicom.Tests.Series;
using CloudOptimizedDicom.Tests.Storage.GoogleCloud;

namespace CloudOptimizedDicom.Tests.Diagnostics;

/// <summary>A datastore in a bucket that somebody listens to.</summary>
[NonParallelizable]
public abstract class TelemetryFixture : CloudStorageFixture
{
    protected const string Study = "1.2.826.0.1.3680043.8.498.7001.93";
    protected const string SeriesUid = Study + ".1";

    private MeasurementRecorder? _counted;
    private SpanRecorder? _spans;
    private CodDatastore? _listened;

    private protected MeasurementRecorder Counted => _counted!;

    private protected SpanRecorder Spans => _spans!;

    protected CodDatastore Listened => _listened!;

    protected static string SeriesUri => $"gs://{Archive}/cod/studies/{Study}/series/{SeriesUid}";

    [SetUp]
    public async Task ListenAsync()
    {
        _counted = new MeasurementRecorder();
        _spans = new SpanRecorder();
        _listened = await OpenListenedAsync(new CodDatastoreOptions());
    }

    [TearDown]
    public async Task CompareWithDocumentAsync()
    {
        await Listened.DisposeAsync();
        _spans?.Dispose();
        _counted?.Dispose();
        AssertDocumented(Counted.Measurements.Select(measurement => (measurement.Name, measurement.Tags.Keys.ToArray())), TelemetryDocument.Instruments, tagColumn: 3);
        AssertDocumented(
            Spans.Ended.Select(span => (span.OperationName, span.TagObjects.Select(tag => tag.Key).Where(tag => tag != "error.type").ToArray())),
            TelemetryDocument.Spans,
            tagColumn: 1);
    }

    protected Task<CodDatastore> OpenListenedAsync(CodDatastoreOptions options) => CodDatastore.OpenAsync($"gs://{Archive}/cod", options with
    {
        Endpoint = Emulator.Endpoint,
        MeterFactory = Counted,
        TimeProvider = new ImmediateTimeProvider(TimeSpan.FromSeconds(90)),
        StallTimeout = TimeSpan.FromMinutes(2),
    });

    protected static Instance File(string name) => new(FileOf(name));

    protected static string FileOf(string name) => Repository.TestData("dicom", "appendset", name);

    protected Task<CodObject> OpenSeriesAsync(CodMode mode, OpenSeriesOptions? options = null) => Listened.OpenSeriesAsync(Study, SeriesUid, mode, options);

    protected Task<AppendResult> AppendAsync(params string[] files) => Listened.AppendToSeriesAsync(Study, SeriesUid, [.. files.Select(File)]);

    private static void AssertDocumented(IEnumerable<(string Name, string[] Tags)> seen, IReadOnlyList<string[]> table, int tagColumn)
    {
        Dictionary<string, string[]> documented = table.ToDictionary(row => row[0].Trim('`'), row => TelemetryDocument.TagsOf(row[tagColumn]));
        Assert.That(seen.Where(each => each.Tags.Except(documented[each.Name]).Any()).Select(each => $"{each.Name}: {string.Join(' ', each.Tags)}"), Is.Empty);
    }
}
