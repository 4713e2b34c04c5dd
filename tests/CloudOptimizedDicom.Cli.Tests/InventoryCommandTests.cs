using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using CloudOptimizedDicom.Testing;
using CloudOptimizedDicom.Testing.Faults;
using CloudOptimizedDicom.Testing.Objects;
using CloudOptimizedDicom.Testing.Requests;

namespace CloudOptimizedDicom.Cli.Tests;

/// <summary>What a list of objects names, stored by <c>cod ingest --inventory</c>: interrupted, run again, and told beforehand.</summary>
[CancelAfter(600_000)]
public sealed class InventoryCommandTests
{
    private const int Series = 40;
    private const int InstancesEach = 50;
    private const string Store = "gs://archive/cod";

    private static readonly byte[] Template = File.ReadAllBytes(SeriesFiles.All[0]);

    private StoppingClock _clock = null!;
    private GcsEmulator _emulator = null!;
    private string _folder = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _clock = new StoppingClock();
        _emulator = await GcsEmulator.StartAsync(new GcsEmulatorOptions { Buckets = ["archive", "inbox"], TimeProvider = _clock });
        _folder = Directory.CreateTempSubdirectory("cod-inventory-").FullName;
    }

    [TearDown]
    public async Task StopAsync()
    {
        await _emulator.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Test]
    [Platform("Linux", Reason = "processes are sent SIGINT")]
    public async Task Ingest_InterruptedAtTenPointsAndRunAgain_EndsAsIfUndisturbed(CancellationToken cancellationToken)
    {
        string inventory = await FillInboxAsync(Series, InstancesEach, cancellationToken);
        await RunAsync(cancellationToken, "ingest", "--inventory", inventory, "-d", "gs://archive/calm");
        var random = new Random(20);
        for (int interruption = 0; interruption < 10; interruption++)
        {
            await InterruptAsync(inventory, atRequest: random.Next(1, 400), isKilled: interruption % 2 == 1, cancellationToken);
            await RunAsync(cancellationToken, "repair", Store, "--force");
        }

        CodProcess last = await RunAsync(cancellationToken, "ingest", "--inventory", inventory, "-d", Store, "--json", "--report", Path.Combine(_folder, "report.jsonl"));
        _emulator.Log.Clear();
        CodProcess again = await RunAsync(cancellationToken, "ingest", "--inventory", inventory, "-d", Store);
        IReadOnlyList<RequestEntry> requests = _emulator.Log.Entries;
        CodProcess verified = await RunAsync(cancellationToken, "verify", Store);
        string[] report = await File.ReadAllLinesAsync(Path.Combine(_folder, "report.jsonl"), cancellationToken);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Objects("cod", ".tar"), Is.EqualTo(Objects("calm", ".tar")));
            Assert.That(Objects("cod", ".tar"), Has.Count.EqualTo(Series));
            Assert.That(Objects("cod", "").Where(item => item.Name.EndsWith(".lock", StringComparison.Ordinal)), Is.Empty);
            Assert.That(last.JsonLines.Sum(line => line.GetProperty("new").GetArrayLength() + line.GetProperty("same").GetArrayLength()), Is.EqualTo(Series * InstancesEach));
            Assert.That(again.Output, Does.Contain($"{Series} series: 0 new, {Series * InstancesEach} same, 0 conflicting, 0 failed"));
            Assert.That(requests.Where(request => request.Bucket == "inbox"), Is.Empty, "requests to sources");
            Assert.That(requests.Where(request => request.Object.EndsWith(".tar", StringComparison.Ordinal)), Is.Empty, "requests to archives");
            Assert.That(requests, Has.Count.EqualTo(2 * Series));
            Assert.That(verified.ExitCode, Is.Zero, verified.Output + verified.Errors);
            Assert.That(report.Select(line => JsonDocument.Parse(line).RootElement.GetProperty("uri").GetString()).Distinct().Count(), Is.EqualTo(Series * InstancesEach));
            Assert.That(report, Has.Length.EqualTo(Series * InstancesEach));
        }
    }

    [Test]
    public async Task DryRun_TellsWhatTheRunThenDoes(CancellationToken cancellationToken)
    {
        string first = await FillInboxAsync(series: 3, instancesEach: 4, cancellationToken);
        string second = await FillInboxAsync(series: 5, instancesEach: 6, cancellationToken);
        await RunAsync(cancellationToken, "ingest", "--inventory", first, "-d", Store);
        string prices = Path.Combine(_folder, "prices.json");
        await File.WriteAllTextAsync(
            prices, """{"source":"a test","class_a_per_1000":1000,"class_b_per_1000":1,"down_per_gib":0,"storage_per_gib_month":1073741824}""", cancellationToken);
        CodProcess plan = await RunAsync(cancellationToken, "ingest", "--inventory", second, "-d", Store, "--dry-run", "--json", "--prices", prices);
        CodProcess told = await RunAsync(cancellationToken, "ingest", "--inventory", second, "-d", Store, "--dry-run");
        _emulator.Log.Clear();
        CodProcess run = await RunAsync(cancellationToken, "ingest", "--inventory", second, "-d", Store, "--json");
        RequestEntry[] made = [.. _emulator.Log.Entries.Where(request => !request.IsContinuation)];
        JsonElement total = plan.JsonLines[^1].GetProperty("total");
        int classA = made.Count(request => request.OperationClass == 'A');
        int classB = made.Count(request => request.OperationClass == 'B');
        long archiveBytes = Objects("cod", ".tar").Sum(item => item.SizeBytes);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(plan.JsonLines.SkipLast(1).Select(Outcome).Order(), Is.EqualTo(run.JsonLines.Select(Outcome).Order()));
            Assert.That(total.GetProperty("class_a").GetInt32(), Is.EqualTo(classA));
            Assert.That(total.GetProperty("class_b").GetInt32(), Is.EqualTo(classB));
            Assert.That(total.GetProperty("free").GetInt32(), Is.EqualTo(made.Length - classA - classB));
            Assert.That(total.GetProperty("bytes_down").GetInt64(), Is.EqualTo(
                made.Where(request => request is { Operation: GcsOperation.Media, Status: 200 or 206 }).Sum(request => request.BytesDown)));
            Assert.That(total.GetProperty("archive_bytes").GetInt64(), Is.EqualTo(archiveBytes));
            Assert.That(total.GetProperty("usd").GetDecimal(), Is.EqualTo(classA + (classB / 1000m)));
            Assert.That(total.GetProperty("usd_per_month").GetDecimal(), Is.EqualTo((decimal)archiveBytes));
            Assert.That(told.Output, Does.Contain($"{classA} requests of class A, {classB} of class B").And.Contain("us-central1"));
        }

        static string Outcome(JsonElement series) => string.Join(' ', series.EnumerateObject()
            .Where(member => member.Name is "study_uid" or "series_uid" or "new" or "same" or "conflict" or "errors").Select(member => member.Value.GetRawText()));
    }

    [Test]
    public async Task Ingest_BadRowsAndMissingObjects_AreReportedAndCostNoOther(CancellationToken cancellationToken)
    {
        string inventory = await FillInboxAsync(series: 1, instancesEach: 2, cancellationToken);
        await File.AppendAllTextAsync(inventory, "gs://inbox/none.dcm,,,,,\ngs://inbox/x.dcm,minus one,,,,\n", cancellationToken);
        string report = Path.Combine(_folder, "report.jsonl");
        CodProcess run = await StartAndEndAsync(cancellationToken, "ingest", "--inventory", inventory, "-d", Store, "--report", report);
        string[] lines = await File.ReadAllLinesAsync(report, cancellationToken);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(run.ExitCode, Is.EqualTo(1));
            Assert.That(run.Output, Does.Contain("1 series: 2 new, 0 same, 0 conflicting, 2 failed"));
            Assert.That(run.Errors, Does.Contain("Line 5").And.Contain("gs://inbox/none.dcm"));
            Assert.That(lines, Has.Length.EqualTo(4));
            Assert.That(lines.Count(line => line.Contains("\"outcome\":\"failed\"", StringComparison.Ordinal)), Is.EqualTo(2));
        }

        CodProcess write = await StartAndEndAsync(cancellationToken, "ingest", "--inventory", inventory, "-d", Store, "--mode", "write");
        Assert.That((write.ExitCode, write.Errors), Is.EqualTo((1, write.Errors)));
        Assert.That(write.Errors, Does.Contain("Line 5"), "a row that cannot be used may be what the series has");
    }

    [Test]
    public async Task Ingest_WriteOverAFolderWithOtherFiles_Replaces(CancellationToken cancellationToken)
    {
        string files = Path.Combine(_folder, "files");
        SeriesFiles.WriteCopies(files, 1, 2);
        await File.WriteAllTextAsync(Path.Combine(files, "README"), "not DICOM", cancellationToken);
        await RunAsync(cancellationToken, "ingest", SeriesFiles.All[0], "-d", Store);
        CodProcess run = await RunAsync(cancellationToken, "ingest", files, "-d", Store, "--mode", "write");
        Assert.That(run.Output, Does.Contain("1 series: 2 new, 0 same, 0 conflicting, 0 failed; 1 files are not DICOM"));
    }

    [Test]
    public async Task Ingest_PlaceholderOfAFolder_IsSkipped(CancellationToken cancellationToken)
    {
        await FillInboxAsync(series: 1, instancesEach: 1, cancellationToken);
        await _emulator.Core.InsertAsync("inbox", "00/", Stream.Null, new GcsObjectAttributes(), new GcsConditions(), cancellationToken);
        CodProcess run = await RunAsync(cancellationToken, "ingest", "--from", "gs://inbox/", "-d", Store);
        Assert.That(run.Output, Does.Contain("1 series: 1 new, 0 same, 0 conflicting, 0 failed; 1 files are not DICOM"));
    }

    [TestCase("--dry-run", "--report", "report.jsonl", 2)]
    [TestCase("--dry-run", "--prices", "none.json", 4)]
    [TestCase("--prices", "none.json", "--json", 2)]
    [TestCase("--inventory", "none.csv", "--json", 4)]
    public async Task Ingest_WrongUsage_SaysSo(string first, string second, string third, int exitCode)
    {
        CodProcess run = await CodProcess.RunAsync(CancellationToken.None, "ingest", SeriesFiles.All[0], "-d", Path.Combine(_folder, "store"), first, second, third);
        Assert.That(run.ExitCode, Is.EqualTo(exitCode), run.Errors);
    }

    /// <summary>Runs until the emulator holds back the answer to a request, and ends the process there.</summary>
    private async Task InterruptAsync(string inventory, int atRequest, bool isKilled, CancellationToken cancellationToken)
    {
        _emulator.Faults.Add(new FaultRule { Action = FaultAction.Delay(StoppingClock.Never), AtMatch = atRequest });
        string[] arguments = ["exec", CodProcess.InOutput("cod.dll"), "ingest", "--inventory", inventory, "-d", Store, "--endpoint", $"{_emulator.Endpoint}"];
        using (Process ingest = Process.Start(new ProcessStartInfo(CodProcess.DotnetHost, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!)
        {
            Task<string> output = ingest.StandardOutput.ReadToEndAsync(cancellationToken);
            Task ended = ingest.WaitForExitAsync(cancellationToken);
            await Task.WhenAny(_clock.Stopped, ended);
            if (isKilled || ended.IsCompleted)
            {
                ingest.Kill();
            }
            else
            {
                using Process interrupt = Process.Start("kill", ["-INT", ingest.Id.ToString(CultureInfo.InvariantCulture)]);
                await interrupt.WaitForExitAsync(cancellationToken);
            }

            _emulator.Faults.Clear();
            _clock.GoOn();
            await ended;
            await output;
        }
    }

    /// <summary>Puts series of instances into the inbox, and gives the inventory of all of them.</summary>
    private async Task<string> FillInboxAsync(int series, int instancesEach, CancellationToken cancellationToken)
    {
        var rows = new StringBuilder("uri,size,crc32c,study_uid,series_uid,instance_uid\n");
        for (int i = 0; i < instancesEach; i++)
        {
            for (int s = 0; s < series; s++)
            {
                (byte[] file, string seriesUid, string instanceUid) = Instance(s, i);
                using var stream = new MemoryStream(file);
                string name = $"{s:D2}/{i:D3}.dcm";
                await _emulator.Core.InsertAsync("inbox", name, stream, new GcsObjectAttributes(), new GcsConditions(), cancellationToken);
                rows.Append(CultureInfo.InvariantCulture, $"gs://inbox/{name},{file.Length},{Crc32c.ToBase64(Crc32c.Compute(file))},{SeriesFiles.StudyUid},{seriesUid},{instanceUid}\n");
            }
        }

        string inventory = Path.Combine(_folder, $"{series}x{instancesEach}.csv");
        await File.WriteAllTextAsync(inventory, rows.ToString(), cancellationToken);
        return inventory;
    }

    /// <summary>The template with UIDs of the same length.</summary>
    private static (byte[] File, string SeriesUid, string InstanceUid) Instance(int series, int instance)
    {
        string oldSeries = SeriesFiles.SeriesUid;
        string oldInstance = SeriesFiles.UidOf(SeriesFiles.All[0]);
        string seriesUid = oldSeries[..^3] + (100 + series).ToString(CultureInfo.InvariantCulture);
        string instanceUid = oldInstance[..^8] + $"{(10 + series):D2}.{(1000 + instance):D4}1"[..8];
        byte[] file = [.. Template];
        Replace(file, oldInstance, instanceUid);
        Replace(file, oldSeries, seriesUid);
        return (file, seriesUid, instanceUid);
    }

    private static void Replace(byte[] file, string old, string @new)
    {
        Assert.That(@new, Has.Length.EqualTo(old.Length));
        byte[] oldBytes = Encoding.ASCII.GetBytes(old);
        for (int at = file.AsSpan().IndexOf(oldBytes); at >= 0; at = file.AsSpan().IndexOf(oldBytes))
        {
            Encoding.ASCII.GetBytes(@new, file.AsSpan(at));
        }
    }

    private async Task<CodProcess> RunAsync(CancellationToken cancellationToken, params string[] arguments)
    {
        CodProcess run = await StartAndEndAsync(cancellationToken, arguments);
        Assert.That(run.ExitCode, Is.Zero, $"{string.Join(' ', arguments)}\n{run.Output}\n{run.Errors}");
        return run;
    }

    private Task<CodProcess> StartAndEndAsync(CancellationToken cancellationToken, params string[] arguments) =>
        CodProcess.RunAsync(cancellationToken, [.. arguments, "--endpoint", _emulator.Endpoint.ToString()]);

    private List<(string Name, long SizeBytes, uint Crc32c)> Objects(string prefix, string ending) =>
    [
        .. _emulator.Core.List("archive", new GcsListQuery { Prefix = $"{prefix}/" }).Items
            .Where(item => item.Name.EndsWith(ending, StringComparison.Ordinal))
            .Select(item => (item.Name[prefix.Length..], item.SizeBytes, item.Crc32c)),
    ];
}
