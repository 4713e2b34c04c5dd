using System.Diagnostics;
using CloudOptimizedDicom.Tests.Storage;

namespace CloudOptimizedDicom.Cli.Tests;

/// <summary>FIFOs, devices, loops of links and names that cannot be opened, wherever a command meets a file.</summary>
[CancelAfter(120_000)]
[Platform("Linux,MacOSX")]
public sealed class SpecialFileCommandTests
{
    private string _folder = "";
    private string _store = "";

    [SetUp]
    public void CreateFolder()
    {
        _folder = Directory.CreateTempSubdirectory("cod-special-").FullName;
        _store = Path.Combine(_folder, "store");
    }

    [TearDown]
    public void DeleteFolder() => SpecialFiles.Delete(_folder);

    [Test]
    [Platform("Linux")]
    public async Task Ingest_FolderWithOneOfEachKind_StoresTheFilesAndNamesWhatFailed(CancellationToken cancellationToken)
    {
        string scans = Directory.CreateDirectory(Path.Combine(_folder, "scans")).FullName;
        File.Copy(SeriesFiles.All[0], Path.Combine(scans, "0.dcm"));
        SpecialFiles.CreateFifo(Path.Combine(scans, "fifo.dcm"));
        SpecialFiles.CreateLatinName(scans);
        SpecialFiles.CreateTooDeep(scans);
        Directory.CreateSymbolicLink(Path.Combine(scans, "loop"), scans);
        Directory.CreateSymbolicLink(Path.Combine(scans, "loop2"), ".");
        string report = Path.Combine(_folder, "report.jsonl");
        CodProcess cod = await CodProcess.RunAsync(cancellationToken, "ingest", scans, "-d", _store, "--json", "--report", report);
        string[] failed = [.. cod.JsonLines.Where(line => line.TryGetProperty("outcome", out _)).Select(line => line.GetProperty("uri").GetString()!)];
        using (Assert.EnterMultipleScope())
        {
            Assert.That(cod.ExitCode, Is.EqualTo(1), cod.Errors);
            Assert.That(cod.JsonLines.Single(line => line.TryGetProperty("new", out _)).GetProperty("new").GetArrayLength(), Is.EqualTo(1));
            Assert.That(failed, Has.Length.EqualTo(2));
            Assert.That(failed, Has.Some.EqualTo(Path.Combine(scans, @"a\xE9.dcm")));
            Assert.That(await File.ReadAllLinesAsync(report, cancellationToken), Has.Length.EqualTo(3));
        }
    }

    [Test]
    public async Task Ingest_NamedFifoAndNameTooLong_CostOnlyThemselves(CancellationToken cancellationToken)
    {
        string fifo = Path.Combine(_folder, "fifo");
        SpecialFiles.CreateFifo(fifo);
        string tooLong = Path.Combine(_folder, new string('n', 300));
        CodProcess cod = await CodProcess.RunAsync(cancellationToken, "ingest", fifo, tooLong, SeriesFiles.All[0], "-d", _store, "--json");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(cod.ExitCode, Is.EqualTo(1));
            Assert.That(cod.JsonLines.Sum(line => line.GetProperty("new").GetArrayLength()), Is.EqualTo(1));
            Assert.That(cod.JsonLines.Sum(line => line.GetProperty("errors").GetArrayLength()), Is.EqualTo(2));
        }
    }

    [Test]
    public async Task Ingest_ModeWriteAndAFolderThatCannotBeRead_ReplacesNothing(CancellationToken cancellationToken)
    {
        await CodProcess.RunAsync(cancellationToken, "ingest", SeriesFiles.Folder, "-d", _store);
        string scans = Directory.CreateDirectory(Path.Combine(_folder, "scans")).FullName;
        File.Copy(SeriesFiles.All[0], Path.Combine(scans, "0.dcm"));
        File.CreateSymbolicLink(Path.Combine(scans, "broken"), "none");
        CodProcess cod = await CodProcess.RunAsync(cancellationToken, "ingest", scans, "-d", _store, "--mode", "write");
        await using CodDatastore datastore = await CodDatastore.OpenAsync(_store, cancellationToken: cancellationToken);
        await using CodObject series = await datastore.OpenSeriesAsync(SeriesFiles.StudyUid, SeriesFiles.SeriesUid, CodMode.Read, cancellationToken: cancellationToken);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(cod.ExitCode, Is.Not.Zero);
            Assert.That(cod.Errors, Does.Contain("broken"));
            Assert.That(series.StoredInstanceCount, Is.EqualTo(SeriesFiles.All.Length));
        }
    }

    [Test]
    public async Task Inspect_Fifo_IsRefusedAtOnce(CancellationToken cancellationToken)
    {
        string fifo = Path.Combine(_folder, "fifo");
        SpecialFiles.CreateFifo(fifo);
        CodProcess cod = await CodProcess.RunAsync(cancellationToken, "inspect", fifo);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(cod.ExitCode, Is.EqualTo(1));
            Assert.That(cod.Errors, Does.Contain("is a device, a pipe or a socket, not a regular file"));
        }
    }

    [TestCase("metadata.json")]
    [TestCase("index.sqlite")]
    [TestCase("../{0}.tar")]
    [TestCase(".gradient.lock")]
    public async Task Verify_FifoInPlaceOfAnObject_Ends(string name, CancellationToken cancellationToken)
    {
        await CodProcess.RunAsync(cancellationToken, "ingest", SeriesFiles.Folder, "-d", _store);
        string series = Path.Combine(_store, "studies", SeriesFiles.StudyUid, "series", SeriesFiles.SeriesUid);
        string file = Path.GetFullPath(Path.Combine(series, string.Format(System.Globalization.CultureInfo.InvariantCulture, name, SeriesFiles.SeriesUid)));
        File.Delete(file);
        SpecialFiles.CreateFifo(file);
        CodProcess verified = await CodProcess.RunAsync(cancellationToken, "verify", series);
        CodProcess shown = await CodProcess.RunAsync(cancellationToken, "show", series);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(verified.ExitCode, Is.EqualTo(name == ".gradient.lock" ? 0 : 1), verified.Errors);
            Assert.That(shown.ExitCode, Is.EqualTo(name == "metadata.json" ? 4 : 0), shown.Errors);
        }
    }

    [Test]
    public async Task Ingest_InventoryPipeThatNobodyWritesTo_EndsByCtrlC(CancellationToken cancellationToken)
    {
        string fifo = Path.Combine(_folder, "fifo");
        SpecialFiles.CreateFifo(fifo);
        using Process cod = Start("ingest", "--inventory", fifo, "-d", _store);

        // Opens when the command has opened its end, which is when it waits for the first row.
        await using FileStream writer = await Task.Run(() => new FileStream(fifo, FileMode.Open, FileAccess.Write, FileShare.ReadWrite), CancellationToken.None).WaitAsync(cancellationToken);
        using Process interrupt = Process.Start("kill", ["-INT", $"{cod.Id}"]);
        await cod.WaitForExitAsync(cancellationToken);
        Assert.That(cod.ExitCode, Is.EqualTo(130));
    }

    [Test]
    public async Task Ingest_ReportThatIsAPipe_IsRefused(CancellationToken cancellationToken)
    {
        string fifo = Path.Combine(_folder, "fifo");
        SpecialFiles.CreateFifo(fifo);
        CodProcess cod = await CodProcess.RunAsync(cancellationToken, "ingest", SeriesFiles.All[0], "-d", _store, "--report", fifo);
        Assert.That((cod.ExitCode, cod.Errors.Contains("not a regular file", StringComparison.Ordinal)), Is.EqualTo((2, true)));
    }

    [Test]
    public async Task Export_FifoInPlaceOfAFrameOrOfTheList_Ends(CancellationToken cancellationToken)
    {
        await CodProcess.RunAsync(cancellationToken, "ingest", SeriesFiles.All[0], "-d", _store);
        string series = Path.Combine(_store, "studies", SeriesFiles.StudyUid, "series", SeriesFiles.SeriesUid);
        string[] command = ["export", series, "--frames", "-o", Path.Combine(_folder, "out")];
        Assert.That((await CodProcess.RunAsync(cancellationToken, command)).ExitCode, Is.Zero);
        string[] files = Directory.GetFiles(Path.Combine(_folder, "out"), "*", SearchOption.AllDirectories);
        Assert.That(files, Has.Length.EqualTo(2));
        foreach (string file in files)
        {
            File.Delete(file);
            SpecialFiles.CreateFifo(file);
            Assert.That((await CodProcess.RunAsync(cancellationToken, command)).ExitCode, Is.Zero, file);
            Assert.That(new FileInfo(file).Length, Is.GreaterThan(0), file);
        }
    }

    [Test]
    public async Task Extract_OverAFifo_ReplacesIt(CancellationToken cancellationToken)
    {
        await CodProcess.RunAsync(cancellationToken, "ingest", SeriesFiles.Folder, "-d", _store);
        string output = Directory.CreateDirectory(Path.Combine(_folder, "out")).FullName;
        string target = Path.Combine(output, SeriesFiles.UidOf(SeriesFiles.All[0]) + ".dcm");
        SpecialFiles.CreateFifo(target);
        string series = Path.Combine(_store, "studies", SeriesFiles.StudyUid, "series", SeriesFiles.SeriesUid);
        CodProcess cod = await CodProcess.RunAsync(cancellationToken, "extract", series, "-o", output);
        Assert.That((cod.ExitCode, cod.Errors), Is.EqualTo((0, "")));
        Assert.That(await File.ReadAllBytesAsync(target, cancellationToken), Is.EqualTo(await File.ReadAllBytesAsync(SeriesFiles.All[0], cancellationToken)));
    }

    private static Process Start(params string[] arguments) => Process.Start(
        new ProcessStartInfo(CodProcess.DotnetHost, ["exec", CodProcess.InOutput("cod.dll"), .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
}
