using System.Text.Json;

namespace CloudOptimizedDicom.Cli.Tests;

/// <summary>The commands that read what was ingested: ls, show, get, extract and verify.</summary>
[CancelAfter(120_000)]
public sealed class StoredSeriesCommandTests
{
    private string _folder = "";
    private string _store = "";
    private string _series = "";

    [SetUp]
    public async Task Ingest()
    {
        _folder = Directory.CreateTempSubdirectory("cod-stored-").FullName;
        _store = Path.Combine(_folder, "store");
        _series = Path.Combine(_store, "studies", SeriesFiles.StudyUid, "series", SeriesFiles.SeriesUid);
        CodProcess cod = await CodProcess.RunAsync(CancellationToken.None, "ingest", SeriesFiles.Folder, "--datastore", _store);
        Assert.That((cod.ExitCode, cod.Errors), Is.EqualTo((0, "")));
    }

    [TearDown]
    public void DeleteFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public async Task Ls_Json_HasALineForEachSeries(CancellationToken cancellationToken)
    {
        JsonElement line = (await RunAsync(0, cancellationToken, "ls", _store, "--json")).JsonLines.Single();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(line.GetProperty("study_uid").GetString(), Is.EqualTo(SeriesFiles.StudyUid));
            Assert.That(line.GetProperty("series_uid").GetString(), Is.EqualTo(SeriesFiles.SeriesUid));
            Assert.That(line.GetProperty("uri").GetString(), Is.EqualTo(_series));
            Assert.That(line.GetProperty("archive_bytes").GetInt64(), Is.EqualTo(new FileInfo(_series + ".tar").Length));
            Assert.That(line.GetProperty("locked").GetBoolean(), Is.False);
            Assert.That(line.GetProperty("error_log").GetBoolean(), Is.False);
            Assert.That(DateTimeOffset.TryParse(line.GetProperty("updated").GetString(), out _), Is.True);
        }

        Assert.That((await RunAsync(0, cancellationToken, "ls", _store, "--study", "1.2.3")).Output.Trim(), Is.EqualTo("0 series, 0 bytes"));
    }

    [Test]
    public async Task Show_Json_IsTheRecordOfEachInstanceInStoredOrder(CancellationToken cancellationToken)
    {
        IReadOnlyList<JsonElement> lines = (await RunAsync(0, cancellationToken, "show", _series, "--json", "--tags")).JsonLines;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(lines.Select(line => line.GetProperty("instance_uid").GetString()), Is.EqualTo(SeriesFiles.All.Select(SeriesFiles.UidOf)));
            Assert.That(lines.Select(line => line.GetProperty("size").GetInt64()), Is.EqualTo(SeriesFiles.All.Select(file => new FileInfo(file).Length)));
            Assert.That(
                lines.Select(line => line.GetProperty("metadata").GetProperty("00080018").GetProperty("Value")[0].GetString()),
                Is.EqualTo(SeriesFiles.All.Select(SeriesFiles.UidOf)));
        }

        string uid = SeriesFiles.UidOf(SeriesFiles.All[1]);
        CodProcess one = await RunAsync(0, cancellationToken, "show", _series, "--instance", uid, "--tags");
        Assert.That(one.Output, Does.Match(@"\(0010,0010\) PN PatientName +\S").And.Contain(uid));
    }

    [Test]
    public async Task Get_ToAFile_IsTheFileThatWasIngested(CancellationToken cancellationToken)
    {
        string output = Path.Combine(_folder, "one.dcm");
        await RunAsync(0, cancellationToken, "get", _series, SeriesFiles.UidOf(SeriesFiles.All[3]), "-o", output);
        Assert.That(await File.ReadAllBytesAsync(output, cancellationToken), Is.EqualTo(await File.ReadAllBytesAsync(SeriesFiles.All[3], cancellationToken)));
    }

    [Test]
    public async Task Extract_SeriesAndDatastore_WritesTheFilesThatWereIngested(CancellationToken cancellationToken)
    {
        string one = Path.Combine(_folder, "series");
        string all = Path.Combine(_folder, "all");
        JsonElement line = (await RunAsync(0, cancellationToken, "extract", _series, "-o", one, "--json")).JsonLines.Single();
        await RunAsync(0, cancellationToken, "extract", _store, "-o", all);
        await RunAsync(0, cancellationToken, "extract", _store, "-o", all);
        Assert.That((line.GetProperty("instances").GetInt32(), line.GetProperty("directory").GetString()), Is.EqualTo((5, one)));
        foreach (string folder in new[] { one, Path.Combine(all, Path.GetRelativePath(_store, _series)) })
        {
            Assert.That(
                SeriesFiles.All.Select(file => File.ReadAllBytes(Path.Combine(folder, SeriesFiles.UidOf(file) + ".dcm"))),
                Is.EqualTo(SeriesFiles.All.Select(File.ReadAllBytes)));
            Assert.That(Directory.GetFiles(folder), Has.Length.EqualTo(5), "and nothing else");
        }
    }

    [Test]
    public async Task Verify_IntactSeries_SaysSo(CancellationToken cancellationToken)
    {
        JsonElement line = (await RunAsync(0, cancellationToken, "verify", _store, "--json")).JsonLines.Single();
        Assert.That((line.GetProperty("intact").GetBoolean(), line.GetProperty("findings").GetArrayLength()), Is.EqualTo((true, 0)));
    }

    [Test]
    public async Task DamagedArchive_IsNamedByVerifyAndNotGivenOut(CancellationToken cancellationToken)
    {
        byte[] archive = await File.ReadAllBytesAsync(_series + ".tar", cancellationToken);
        archive[1000] ^= 1;
        await File.WriteAllBytesAsync(_series + ".tar", archive, cancellationToken);
        string output = Path.Combine(_folder, "one.dcm");
        JsonElement line = (await RunAsync(1, cancellationToken, "verify", _series, "--json")).JsonLines.Single();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                line.GetProperty("findings").EnumerateArray().Select(finding => finding.GetProperty("kind").GetString()),
                Is.EquivalentTo(["ArchiveDiffers", "InstanceDiffers"]));
            Assert.That((await CodProcess.RunAsync(cancellationToken, "get", _series, SeriesFiles.UidOf(SeriesFiles.All[0]), "-o", output)).ExitCode, Is.Not.Zero);
            Assert.That(File.Exists(output), Is.False);
            Assert.That((await CodProcess.RunAsync(cancellationToken, "extract", _series, "-o", _folder)).ExitCode, Is.EqualTo(1));
        }
    }

    [Test]
    public async Task ExitCode_TellsWhatIsMissing(CancellationToken cancellationToken)
    {
        string missing = Path.Combine(_store, "studies", "1.2", "series", "1.2.3");
        await RunAsync(4, cancellationToken, "show", missing);
        await RunAsync(4, cancellationToken, "verify", missing);
        await RunAsync(4, cancellationToken, "get", _series, "1.2.3", "-o", "-");
        await RunAsync(2, cancellationToken, "show", _store);
        await RunAsync(2, cancellationToken, "get", _series, "1.2.3");
        await File.WriteAllTextAsync(Path.Combine(_series, "metadata.json"), "{", cancellationToken);
        await RunAsync(5, cancellationToken, "show", _series);
        await RunAsync(1, cancellationToken, "verify", _series);
    }

    private static async Task<CodProcess> RunAsync(int exitCode, CancellationToken cancellationToken, params string[] arguments)
    {
        CodProcess cod = await CodProcess.RunAsync(cancellationToken, arguments);
        Assert.That(cod.ExitCode, Is.EqualTo(exitCode), cod.Errors);
        return cod;
    }
}
