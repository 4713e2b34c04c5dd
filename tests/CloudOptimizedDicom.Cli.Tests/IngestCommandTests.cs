using System.Text.Json;
using CloudOptimizedDicom.Tests;

namespace CloudOptimizedDicom.Cli.Tests;

[CancelAfter(120_000)]
public sealed class IngestCommandTests
{
    private string _folder = "";
    private string _store = "";

    [SetUp]
    public void CreateFolder()
    {
        _folder = Directory.CreateTempSubdirectory("cod-ingest-").FullName;
        _store = Path.Combine(_folder, "store");
    }

    [TearDown]
    public void DeleteFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public async Task Ingest_Json_TellsOfEachSeriesWhatBecameOfItsFiles(CancellationToken cancellationToken)
    {
        CodProcess cod = await IngestAsync(cancellationToken, SeriesFiles.Folder, Repository.TestData("dicom", "deflated"));
        Assert.That((cod.ExitCode, cod.Errors), Is.EqualTo((0, "")));
        JsonElement series = cod.JsonLines.Single(line => Text(line, "series_uid") == SeriesFiles.SeriesUid);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(cod.JsonLines, Has.Count.EqualTo(2));
            Assert.That(series.EnumerateObject().Select(member => member.Name), Is.EqualTo(["study_uid", "series_uid", "new", "same", "conflict", "errors", "warnings"]));
            Assert.That(Text(series, "study_uid"), Is.EqualTo(SeriesFiles.StudyUid));
            Assert.That(Uris(series, "new"), Is.EqualTo(SeriesFiles.All));
            Assert.That(
                series.GetProperty("new").EnumerateArray().Select(instance => Text(instance, "instance_uid")),
                Is.EqualTo(SeriesFiles.All.Select(SeriesFiles.UidOf)));
        }
    }

    [Test]
    public async Task Ingest_OriginalsOfWhatPythonTranscoded_WarnsOrCountsThemAsStored([Values] bool sameByPath, CancellationToken cancellationToken)
    {
        string golden = Repository.TestData("cod", "ct5_compressed_j2k__v2");
        string series = Directory.CreateDirectory(Path.Combine(_store, "studies", SeriesFiles.StudyUid, "series", SeriesFiles.SeriesUid)).FullName;
        File.Copy(Path.Combine(golden, "series.tar"), series + ".tar");
        File.Copy(Path.Combine(golden, "index.sqlite"), Path.Combine(series, "index.sqlite"));
        string metadata = await File.ReadAllTextAsync(Path.Combine(golden, "metadata.json"), cancellationToken);
        await File.WriteAllTextAsync(
            Path.Combine(series, "metadata.json"), metadata.Replace("/golden/dicom/ct5", SeriesFiles.Folder, StringComparison.Ordinal), cancellationToken);
        string report = Path.Combine(_folder, "report.jsonl");
        string[] option = sameByPath ? ["--same-by-path"] : [];
        CodProcess plan = await IngestAsync(cancellationToken, [SeriesFiles.Folder, "--dry-run", .. option]);
        CodProcess cod = await IngestAsync(cancellationToken, [SeriesFiles.Folder, "--report", report, .. option]);
        JsonElement line = cod.JsonLines.Single();
        JsonElement[] reported = [.. (await File.ReadAllLinesAsync(report, cancellationToken)).Select(text => JsonDocument.Parse(text).RootElement)];
        using (Assert.EnterMultipleScope())
        {
            Assert.That(cod.ExitCode, Is.Zero);
            Assert.That(Uris(line, sameByPath ? "same" : "new"), Is.EqualTo(SeriesFiles.All));
            Assert.That(Uris(line, "warnings"), Is.EqualTo(sameByPath ? [] : SeriesFiles.All));
            Assert.That(Uris(plan.JsonLines[0], "warnings"), Is.EqualTo(Uris(line, "warnings")));
            Assert.That(Uris(plan.JsonLines[0], "same"), Is.EqualTo(Uris(line, "same")));
            Assert.That(reported.Count(instance => instance.TryGetProperty("warnings", out _)), Is.EqualTo(sameByPath ? 0 : 5));
        }
    }

    [Test]
    public async Task Ingest_Again_StoresNothingTwice(CancellationToken cancellationToken)
    {
        await IngestAsync(cancellationToken, SeriesFiles.Folder);
        Dictionary<string, DateTime> before = FileTimes();
        CodProcess again = await IngestAsync(cancellationToken, SeriesFiles.Folder);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(again.ExitCode, Is.Zero);
            Assert.That(Uris(again.JsonLines.Single(), "new"), Is.Empty);
            Assert.That(Uris(again.JsonLines.Single(), "same"), Is.EqualTo(SeriesFiles.All));
            Assert.That(FileTimes(), Is.EqualTo(before));
        }
    }

    [Test]
    public async Task Ingest_ModeWrite_ReplacesTheSeries(CancellationToken cancellationToken)
    {
        await IngestAsync(cancellationToken, SeriesFiles.Folder);
        CodProcess replaced = await IngestAsync(cancellationToken, "--mode", "write", SeriesFiles.All[2]);
        CodProcess shown = await CodProcess.RunAsync(cancellationToken, "show", "--json", Address());
        Assert.That((replaced.ExitCode, shown.JsonLines.Select(line => Text(line, "original_path"))), Is.EqualTo((0, SeriesFiles.All[2..3])));
    }

    [Test]
    public async Task Ingest_FolderWithOtherFiles_SkipsAndCountsThem(CancellationToken cancellationToken)
    {
        string mixed = Directory.CreateDirectory(Path.Combine(_folder, "mixed", "below")).FullName;
        File.Copy(SeriesFiles.All[0], Path.Combine(mixed, "scan"));
        await File.WriteAllTextAsync(Path.Combine(mixed, "notes.txt"), "not DICOM", cancellationToken);
        await File.WriteAllTextAsync(Path.Combine(mixed, "empty"), "", cancellationToken);
        CodProcess cod = await CodProcess.RunAsync(cancellationToken, "ingest", Path.GetDirectoryName(mixed)!, "--datastore", _store);
        Assert.That((cod.ExitCode, cod.Errors), Is.EqualTo((0, "")));
        Assert.That(cod.Output, Does.Contain("1 series: 1 new, 0 same, 0 conflicting, 0 failed; 2 files are not DICOM"));
    }

    [Test]
    public async Task Ingest_FilesThatFail_AreNamedAndCostNoOther(CancellationToken cancellationToken)
    {
        string named = Path.Combine(_folder, "notes.txt");
        await File.WriteAllTextAsync(named, "not DICOM", cancellationToken);
        string noSeries = Directory.GetFiles(Repository.TestData("dicom", "odd_no_seriesuid"))[0];
        string conflict = SeriesFiles.WriteCopies(_folder, 1, 1)[0];
        await IngestAsync(cancellationToken, conflict);
        byte[] bytes = await File.ReadAllBytesAsync(conflict, cancellationToken);
        bytes[^1] ^= 1;
        await File.WriteAllBytesAsync(conflict, bytes, cancellationToken);
        CodProcess cod = await IngestAsync(cancellationToken, named, noSeries, conflict, SeriesFiles.All[0]);
        JsonElement[] lost = [.. cod.JsonLines.Where(line => Text(line, "series_uid") is null)];
        JsonElement series = cod.JsonLines.Single(line => Text(line, "series_uid") is not null);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(cod.ExitCode, Is.EqualTo(1));
            Assert.That(lost.SelectMany(line => Uris(line, "errors")), Is.EqualTo([named, noSeries]));
            Assert.That(lost.SelectMany(line => line.GetProperty("errors").EnumerateArray()).Select(error => Text(error, "error")), Has.All.Not.Empty);
            Assert.That(Uris(series, "conflict"), Is.EqualTo([conflict]));
            Assert.That(Uris(series, "new"), Is.EqualTo(SeriesFiles.All[..1]));
        }
    }

    [Test]
    public async Task Ingest_LockedSeries_IsRefusedWithTheHolder(CancellationToken cancellationToken)
    {
        await using CodDatastore datastore = await CodDatastore.OpenAsync(_store, cancellationToken: cancellationToken);
        await using CodObject held = await datastore.OpenSeriesAsync(SeriesFiles.StudyUid, SeriesFiles.SeriesUid, CodMode.Append, cancellationToken: cancellationToken);
        CodProcess cod = await IngestAsync(cancellationToken, SeriesFiles.Folder, Repository.TestData("dicom", "deflated"));
        JsonElement locked = cod.JsonLines.Single(line => Text(line, "series_uid") == SeriesFiles.SeriesUid);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(cod.ExitCode, Is.EqualTo(3));
            Assert.That(Uris(locked, "errors"), Is.EqualTo(SeriesFiles.All));
            Assert.That(Text(locked.GetProperty("errors")[0], "error"), Does.Contain($"process {Environment.ProcessId} on {Environment.MachineName}"));
            Assert.That(Uris(cod.JsonLines.Single(line => Text(line, "series_uid") != SeriesFiles.SeriesUid), "new"), Has.Count.EqualTo(2), "the other series");
        }
    }

    [Test]
    public async Task Ingest_WrongUsage_IsTwoAndAMissingPathFour(CancellationToken cancellationToken)
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That((await CodProcess.RunAsync(cancellationToken, "ingest", SeriesFiles.Folder)).ExitCode, Is.EqualTo(2), "no datastore");
            Assert.That((await IngestAsync(cancellationToken)).ExitCode, Is.EqualTo(2), "no path");
            Assert.That((await IngestAsync(cancellationToken, "--mode", "r", SeriesFiles.Folder)).ExitCode, Is.EqualTo(2), "no such mode");
            Assert.That((await IngestAsync(cancellationToken, Path.Combine(_folder, "missing"))).ExitCode, Is.EqualTo(4));
            Assert.That(Directory.Exists(_store), Is.False);
        }
    }

    private static string? Text(JsonElement line, string name) => line.GetProperty(name).GetString();

    private static List<string?> Uris(JsonElement line, string name) => [.. line.GetProperty(name).EnumerateArray().Select(entry => Text(entry, "uri"))];

    private Task<CodProcess> IngestAsync(CancellationToken cancellationToken, params string[] arguments) =>
        CodProcess.RunAsync(cancellationToken, ["ingest", "--json", "--datastore", _store, .. arguments]);

    private string Address() => Path.Combine(_store, "studies", SeriesFiles.StudyUid, "series", SeriesFiles.SeriesUid);

    private Dictionary<string, DateTime> FileTimes() => Directory.GetFiles(Path.Combine(_store, "studies"), "*", SearchOption.AllDirectories)
        .Where(file => Path.GetFileName(file) is not ".objects.json")
        .ToDictionary(file => file, File.GetLastWriteTimeUtc);
}
