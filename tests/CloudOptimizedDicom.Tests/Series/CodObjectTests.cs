using CloudOptimizedDicom.Locking;
using CloudOptimizedDicom.Metadata;

namespace CloudOptimizedDicom.Tests.Series;

public sealed class CodObjectTests
{
    private const string Study = "1.2.826.0.1.3680043.8.498.7001.1";
    private const string SeriesUid = "1.2.826.0.1.3680043.8.498.7001.1.1";

    private string _directory = "";
    private CodDatastore _datastore = null!;

    [SetUp]
    public async Task SetUp()
    {
        _directory = Directory.CreateTempSubdirectory("cod-").FullName;
        _datastore = await CodDatastore.OpenAsync(Path.Combine(_directory, "store"));
    }

    [TearDown]
    public async Task TearDown()
    {
        await _datastore.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    [Test]
    public async Task SyncAsync_AppendedFiles_AreReadBackByteForByteInOrder()
    {
        string[] files = Files("ct5");
        await using (CodObject series = await _datastore.OpenSeriesAsync(Study, SeriesUid, CodMode.Write))
        {
            AppendResult result = await series.AppendAsync(files.Select(file => new Instance(file)));
            Assert.That(result.New.Select(instance => instance.OriginalPath), Is.EqualTo(files));
            await series.SyncAsync();
            Assert.That(result.New[0].DicomUri, Does.StartWith(series.Uri));
        }

        await using CodObject read = await _datastore.OpenSeriesAsync(Study, SeriesUid, CodMode.Read);
        IReadOnlyList<Instance> instances = read.GetInstances();
        Assert.That(instances.Select(instance => instance.OriginalPath), Is.EqualTo(files));
        foreach (Instance instance in instances)
        {
            await using Stream stream = await read.OpenInstanceAsync(instance);
            Assert.That(await ReadAllAsync(stream), Is.EqualTo(await File.ReadAllBytesAsync(instance.OriginalPath)));
        }

        IntegrityReport report = await read.VerifyIntegrityAsync();
        Assert.That(report.Findings, Is.Empty);
    }

    [Test]
    public async Task AppendAsync_ToStoredSeries_KeepsWhatIsThereAndTellsTheRestApart()
    {
        string[] files = Files("ct5");
        await AppendAsync(CodMode.Write, files[..2]);
        AppendResult second = await AppendAsync(CodMode.Append, [files[1], files[2], "missing.dcm", Files("deflated")[0]]);
        await using CodObject read = await _datastore.OpenSeriesAsync(Study, SeriesUid, CodMode.Read);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(second.Same.Single().OriginalPath, Is.EqualTo(files[1]));
            Assert.That(second.New.Single().OriginalPath, Is.EqualTo(files[2]));
            Assert.That(second.Errors.Select(error => error.Error.GetType()), Is.EqualTo(new[] { typeof(SourceReadException), typeof(SeriesMismatchException) }));
            Assert.That(read.GetInstances().Select(instance => instance.OriginalPath), Is.EqualTo(files[..3]));
            Assert.That((await read.VerifyIntegrityAsync()).Findings, Is.Empty);
        }
    }

    [Test]
    public async Task DisposeAsync_WithoutSync_LeavesTheSeriesAsItWasAndUnlocked()
    {
        string[] files = Files("ct5");
        await AppendAsync(CodMode.Write, files[..1]);
        await using (CodObject series = await _datastore.OpenSeriesAsync(Study, SeriesUid, CodMode.Append))
        {
            await series.AppendAsync([new Instance(files[1])]);
        }

        await using CodObject again = await _datastore.OpenSeriesAsync(Study, SeriesUid, CodMode.Append);
        Assert.That(again.GetInstances(), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task OpenSeriesAsync_WhileAnotherWrites_IsRefusedWithTheHolder()
    {
        await using CodObject first = await _datastore.OpenSeriesAsync(Study, SeriesUid, CodMode.Write);
        LockAcquisitionException? refused = Assert.ThrowsAsync<LockAcquisitionException>(
            () => _datastore.OpenSeriesAsync(Study, SeriesUid, CodMode.Append));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(refused!.Holder!.ProcessId, Is.EqualTo(Environment.ProcessId));
            Assert.That(refused.Holder.Host, Is.EqualTo(Environment.MachineName));
            Assert.That(refused.Holder.Operation, Is.EqualTo("write"));
        }
    }

    [Test]
    public async Task OpenSeriesAsync_MetadataOfAnotherSeries_IsRefused()
    {
        await AppendAsync(CodMode.Write, Files("ct5")[..1]);
        string folder = Path.Combine(_directory, "store", "studies", Study, "series");
        Directory.CreateDirectory(Path.Combine(folder, "1.2.3"));
        File.Copy(Path.Combine(folder, SeriesUid, "metadata.json"), Path.Combine(folder, "1.2.3", "metadata.json"));
        Assert.ThrowsAsync<SeriesMetadataException>(() => _datastore.OpenSeriesAsync(Study, "1.2.3", CodMode.Read));
    }

    [Test]
    public async Task DisposeAsync_WhileACallIsAtWork_LeavesTheLock()
    {
        var reached = new TaskCompletionSource();
        var goOn = new TaskCompletionSource();
        CodObject series = await _datastore.OpenSeriesAsync(Study, SeriesUid, CodMode.Write);
        Task append = Task.Run(() => series.AppendAsync(Pausing()));
        await reached.Task;
        await series.DisposeAsync();
        Assert.ThrowsAsync<LockAcquisitionException>(() => _datastore.OpenSeriesAsync(Study, SeriesUid, CodMode.Append));
        goOn.SetResult();
        await append;

        IEnumerable<Instance> Pausing()
        {
            reached.SetResult();
            goOn.Task.Wait();
            yield return new Instance(Files("ct5")[0]);
        }
    }

    [Test]
    public async Task OpenAsync_ByPath_OpensTheSameSeries()
    {
        await AppendAsync(CodMode.Write, Files("ct5"));
        await using CodObject series = await CodObject.OpenAsync(Path.Combine(_directory, "store"), Study, SeriesUid, CodModes.Parse("r"));
        Assert.That(series.GetInstances(), Has.Count.EqualTo(5));
    }

    [Test]
    public void OpenSeriesAsync_NoSuchSeries_IsNotFound() =>
        Assert.ThrowsAsync<CodObjectNotFoundException>(() => _datastore.OpenSeriesAsync(Study, SeriesUid, CodMode.Read));

    [Test]
    public async Task ExtractAsync_StoredSeries_WritesTheSameFiles()
    {
        string[] files = Files("ct5");
        await AppendAsync(CodMode.Write, files);
        await using CodObject read = await _datastore.OpenSeriesAsync(Study, SeriesUid, CodMode.Read);
        IReadOnlyList<string> extracted = await read.ExtractAsync(Path.Combine(_directory, "out"));
        Assert.That(
            await Task.WhenAll(extracted.Select(file => File.ReadAllBytesAsync(file))),
            Is.EqualTo(await Task.WhenAll(files.Select(file => File.ReadAllBytesAsync(file)))));
    }

    [Test]
    public async Task ListSeriesAsync_AfterWriting_ShowsTheSeries()
    {
        await AppendAsync(CodMode.Write, Files("ct5"));
        List<SeriesListing> listed = await _datastore.ListSeriesAsync().ToListAsync();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(listed.Select(series => series.Id), Is.EqualTo(new[] { new SeriesId(Study, SeriesUid) }));
            Assert.That(listed[0].ArchiveBytes % 10240, Is.Zero);
            Assert.That(listed[0].IsLocked, Is.False);
        }
    }

    private static string[] Files(string goldenCase) => [.. Directory.GetFiles(Repository.TestData("dicom", goldenCase)).Order(StringComparer.Ordinal)];

    private static async Task<byte[]> ReadAllAsync(Stream stream)
    {
        var bytes = new MemoryStream();
        await stream.CopyToAsync(bytes);
        return bytes.ToArray();
    }

    private async Task<AppendResult> AppendAsync(CodMode mode, IEnumerable<string> files)
    {
        AppendResult? result = null;
        await _datastore.UpdateSeriesAsync(
            Study, SeriesUid, mode, async series => result = await series.AppendAsync(files.Select(file => new Instance(file))));
        return result!;
    }
}
