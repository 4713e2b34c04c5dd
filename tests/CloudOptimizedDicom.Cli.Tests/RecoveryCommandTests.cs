using System.Text.Json;

namespace CloudOptimizedDicom.Cli.Tests;

/// <summary>The commands for when something has gone wrong: verify, repair and unlock.</summary>
[CancelAfter(120_000)]
public sealed class RecoveryCommandTests
{
    private string _folder = "";
    private string _store = "";
    private string _study = "";
    private string _series = "";

    [SetUp]
    public async Task Ingest()
    {
        _folder = Directory.CreateTempSubdirectory("cod-recovery-").FullName;
        _store = Path.Combine(_folder, "store");
        _study = Path.Combine(_store, "studies", SeriesFiles.StudyUid);
        _series = Path.Combine(_study, "series", SeriesFiles.SeriesUid);
        await using CodDatastore datastore = await CodDatastore.OpenAsync(_store);
        await datastore.UpdateSeriesAsync(
            SeriesFiles.StudyUid, SeriesFiles.SeriesUid, CodMode.Write, series => series.AppendAsync(SeriesFiles.All.Select(file => new Instance(file))));
    }

    [TearDown]
    public void DeleteFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public async Task Repair_MetadataIsGone_IsMendedAfterADryRunSaidHow(CancellationToken cancellationToken)
    {
        File.Delete(Path.Combine(_series, "metadata.json"));
        JsonElement damaged = (await RunAsync(1, cancellationToken, "verify", _study, "--json")).JsonLines.Single();
        JsonElement dry = (await RunAsync(0, cancellationToken, "repair", _study, "--dry-run", "--json")).JsonLines.Single();
        Assert.That(File.Exists(Path.Combine(_series, "metadata.json")), Is.False);
        JsonElement run = (await RunAsync(0, cancellationToken, "repair", _store, "--json")).JsonLines.Single();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(damaged.GetProperty("findings")[0].GetProperty("kind").GetString(), Is.EqualTo("MetadataMissing"));
            Assert.That(dry.GetProperty("actions").GetRawText(), Is.EqualTo(run.GetProperty("actions").GetRawText()));
            Assert.That((dry.GetProperty("written").GetBoolean(), run.GetProperty("written").GetBoolean()), Is.EqualTo((false, true)));
        }

        CodProcess verified = await RunAsync(0, cancellationToken, "verify", _store, "--deep");
        Assert.That(verified.Output, Does.Contain("5 instances").And.Contain("intact").And.Contain("1 series, 0 with findings or errors"));
        Assert.That((await RunAsync(0, cancellationToken, "repair", _series)).Output, Does.Contain("nothing to repair"));
    }

    [Test]
    public async Task Repair_InstanceIsLost_IsRefusedUnlessItMayBeForgotten(CancellationToken cancellationToken)
    {
        byte[] archive = await File.ReadAllBytesAsync(_series + ".tar", cancellationToken);
        archive[2000] ^= 1;
        await File.WriteAllBytesAsync(_series + ".tar", archive, cancellationToken);
        CodProcess refused = await RunAsync(5, cancellationToken, "repair", _series);
        Assert.That(refused.Errors, Does.Contain("--forget-lost").And.Contain($"lost: {SeriesFiles.UidOf(SeriesFiles.All[0])}"));
        await RunAsync(0, cancellationToken, "repair", _series, "--forget-lost");
        await RunAsync(0, cancellationToken, "verify", _series);
    }

    [Test]
    public async Task Repair_FromAFolder_PutsADamagedInstanceBackAfterADryRunSaidWhich(CancellationToken cancellationToken)
    {
        string tar = _series + ".tar";
        DateTime time = File.GetLastWriteTimeUtc(tar);
        byte[] archive = await File.ReadAllBytesAsync(tar, cancellationToken);
        archive[2000] ^= 1;
        await File.WriteAllBytesAsync(tar, archive, cancellationToken);
        File.SetLastWriteTimeUtc(tar, time);
        string uid = SeriesFiles.UidOf(SeriesFiles.All[0]);
        Assert.That((await RunAsync(1, cancellationToken, "verify", _series)).Errors, Does.Contain($"InstanceDiffers: {uid}"));
        Assert.That((await RunAsync(5, cancellationToken, "repair", _series)).Errors, Does.Contain("--from").And.Contain("KeepDamagedBytes: damaged/"));
        Assert.That((await RunAsync(5, cancellationToken, "repair", _series, "--from", SeriesFiles.All[1])).Errors, Does.Contain($"lost: {uid}"));
        await RunAsync(4, cancellationToken, "repair", _series, "--from", Path.Combine(_folder, "missing"));
        string restored = $"RestoreInstance: {uid}: from ";
        Assert.That((await RunAsync(0, cancellationToken, "repair", _store, "--dry-run", "--from", SeriesFiles.Folder)).Output, Does.Contain(restored));
        Assert.That(await File.ReadAllBytesAsync(tar, cancellationToken), Is.EqualTo(archive));
        JsonElement run = (await RunAsync(0, cancellationToken, "repair", _store, "--json", "--from", SeriesFiles.All[1], SeriesFiles.Folder)).JsonLines.Single();
        Assert.That(run.GetProperty("actions").EnumerateArray().Select(action => action.GetProperty("kind").GetString()), Does.Contain("RestoreInstance"));
        Assert.That((await RunAsync(0, cancellationToken, "verify", _series, "--deep")).Output, Does.Contain("5 instances").And.Contain("intact"));
        Assert.That((await RunAsync(0, cancellationToken, "repair", _series, "--from", SeriesFiles.Folder)).Output, Does.Contain("nothing to repair"));
    }

    [Test]
    public async Task Extract_DamagedInstance_WritesTheOthersAndNamesIt(CancellationToken cancellationToken)
    {
        string uid = SeriesFiles.UidOf(SeriesFiles.All[0]);
        string tar = _series + ".tar";
        byte[] archive = await File.ReadAllBytesAsync(tar, cancellationToken);
        archive[2000] ^= 1;
        await File.WriteAllBytesAsync(tar, archive, cancellationToken);
        string output = Path.Combine(_folder, "out");
        CodProcess extracted = await RunAsync(1, cancellationToken, "extract", _series, "-o", output);
        Assert.That(extracted.Errors, Does.Contain("4 instances in ").And.Contain("1 damaged or missing").And.Contain($"missing: {uid}: "));
        Assert.That(
            Directory.GetFiles(output).Select(Path.GetFileNameWithoutExtension),
            Is.EquivalentTo(SeriesFiles.All.Skip(1).Select(SeriesFiles.UidOf)));
        JsonElement again = (await RunAsync(1, cancellationToken, "extract", _series, "-o", output, "--json")).JsonLines.Single();
        Assert.That(again.GetProperty("missing")[0].GetProperty("instance_uid").GetString(), Is.EqualTo(uid));
    }

    [Test]
    public async Task Repair_ManyActions_AreOneLineOfAKind(CancellationToken cancellationToken)
    {
        string[] copies = SeriesFiles.WriteCopies(Path.Combine(_folder, "more"), 0, 30);
        await RunAsync(0, cancellationToken, ["ingest", .. copies, "-d", _store]);
        string[] metadata = Directory.GetFiles(_store, "metadata.json", SearchOption.AllDirectories);
        foreach (string path in metadata)
        {
            File.Delete(path);
        }

        CodProcess repaired = await RunAsync(0, cancellationToken, "repair", _store, "--dry-run");
        Assert.That(repaired.Output.Split('\n'), Has.Some.Match("^  RebuildRecord: [0-9]+ times: .*, .*, .* and [0-9]+ more"));
        Assert.That(repaired.Output.Split('\n'), Has.All.Length.LessThan(1000));
    }

    [Test]
    public async Task Lock_ThatIsHeld_IsShownAndRemovedOnlyByForce(CancellationToken cancellationToken)
    {
        await using CodDatastore datastore = await CodDatastore.OpenAsync(_store, cancellationToken: cancellationToken);
        await using CodObject held = await datastore.OpenSeriesAsync(SeriesFiles.StudyUid, SeriesFiles.SeriesUid, CodMode.Append, cancellationToken: cancellationToken);
        string holder = $"process {Environment.ProcessId} on {Environment.MachineName} (append, for ";
        Assert.That((await RunAsync(0, cancellationToken, "show", _series)).Output, Does.Contain(holder));
        Assert.That((await RunAsync(0, cancellationToken, "verify", _series)).Output, Does.Contain("intact").And.Contain(holder));
        await RunAsync(3, cancellationToken, "ingest", SeriesFiles.WriteCopies(Path.Combine(_folder, "more"), 0, 1)[0], "-d", _store);
        Assert.That((await RunAsync(3, cancellationToken, "repair", _series)).Errors, Does.Contain(holder));
        Assert.That((await RunAsync(3, cancellationToken, "unlock", _series, "--older-than", "0s")).Errors, Does.Contain(holder));
        CodProcess unlocked = await RunAsync(0, cancellationToken, "unlock", _series, "--force");
        Assert.That(unlocked.Output, Does.Contain(holder).And.Contain("cod verify"));
        Assert.That((await RunAsync(0, cancellationToken, "unlock", _series)).Output, Does.Contain("not locked"));
    }

    [Test]
    public async Task Unlock_SeriesThatWasBeingBegun_DependsOnTheAgeOfItsLock(CancellationToken cancellationToken)
    {
        await using CodDatastore datastore = await CodDatastore.OpenAsync(_store, cancellationToken: cancellationToken);
        await using CodObject begun = await datastore.OpenSeriesAsync("1.2", "1.2.3", CodMode.Append, cancellationToken: cancellationToken);
        await RunAsync(3, cancellationToken, "unlock", _store);
        JsonElement unlocked = (await RunAsync(0, cancellationToken, "unlock", _store, "--older-than", "0s", "--json")).JsonLines.Single();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(unlocked.GetProperty("series_uid").GetString(), Is.EqualTo("1.2.3"), "only series with a lock are looked at");
            Assert.That(unlocked.GetProperty("unlocked").GetBoolean(), Is.True);
            Assert.That(unlocked.GetProperty("lock").GetProperty("operation").GetString(), Is.EqualTo("append"));
        }
    }

    [Test]
    public async Task Repair_ForcedAfterAWriterDied_TakesTheLockOver(CancellationToken cancellationToken)
    {
        await using CodDatastore datastore = await CodDatastore.OpenAsync(_store, cancellationToken: cancellationToken);
        await using CodObject died = await datastore.OpenSeriesAsync(SeriesFiles.StudyUid, SeriesFiles.SeriesUid, CodMode.Append, cancellationToken: cancellationToken);
        await RunAsync(0, cancellationToken, "repair", _series, "--force");
        Assert.That(await datastore.ReadLockAsync(SeriesFiles.StudyUid, SeriesFiles.SeriesUid, cancellationToken), Is.Null);
    }

    [TestCase("soon")]
    [TestCase("5")]
    [TestCase("-5s")]
    public async Task WaitForLock_NoDuration_IsWrongUsage(string duration, CancellationToken cancellationToken) =>
        await RunAsync(2, cancellationToken, "ingest", SeriesFiles.Folder, "-d", _store, "--wait-for-lock", duration);

    [Test]
    public async Task WaitForLock_SeriesThatIsWritten_IsStoredOnceItIsFree(CancellationToken cancellationToken)
    {
        string file = SeriesFiles.WriteCopies(Path.Combine(_folder, "more"), 0, 1)[0];
        await using CodDatastore datastore = await CodDatastore.OpenAsync(_store, cancellationToken: cancellationToken);
        Task<CodProcess> ingest;
        await using (await datastore.OpenSeriesAsync(SeriesFiles.StudyUid, SeriesFiles.SeriesUid, CodMode.Append, cancellationToken: cancellationToken))
        {
            ingest = CodProcess.RunAsync(cancellationToken, "ingest", file, "-d", _store, "--wait-for-lock", "1m");
        }

        Assert.That((await ingest).ExitCode, Is.Zero);
        Assert.That((await RunAsync(0, cancellationToken, "verify", _series)).Output, Does.Contain("6 instances"));
    }

    private static async Task<CodProcess> RunAsync(int exitCode, CancellationToken cancellationToken, params string[] arguments)
    {
        CodProcess cod = await CodProcess.RunAsync(cancellationToken, arguments);
        Assert.That(cod.ExitCode, Is.EqualTo(exitCode), cod.Errors);
        return cod;
    }
}
