using System.Text.Json;
using CloudOptimizedDicom.Tests;

namespace CloudOptimizedDicom.Cli.Tests;

/// <summary>What the commands say of files that are not as DICOM wants them.</summary>
[CancelAfter(120_000)]
public sealed class WarningCommandTests
{
    private string _folder = "";
    private string _store = "";
    private string _report = "";

    [SetUp]
    public void CreateFolder()
    {
        _folder = Directory.CreateTempSubdirectory("cod-warnings-").FullName;
        _store = Path.Combine(_folder, "store");
        _report = Path.Combine(_folder, "report.jsonl");
    }

    [TearDown]
    public void DeleteFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public async Task Ingest_FileWithAWarning_IsStoredAndTold(CancellationToken cancellationToken)
    {
        string file = Repository.TestData("cases", "d7a_last_item_overhangs.dcm");
        CodProcess plain = await CodProcess.RunAsync(cancellationToken, "ingest", file, "--datastore", _store, "--report", _report);
        CodProcess json = await CodProcess.RunAsync(cancellationToken, "ingest", file, "--datastore", _store, "--json");
        using (Assert.EnterMultipleScope())
        {
            Assert.That((plain.ExitCode, json.ExitCode), Is.EqualTo((0, 0)));
            Assert.That(plain.Output, Does.Contain("1 new, 0 same, 0 conflicting, 0 failed, 1 with warnings"));
            Assert.That(plain.Errors.Trim(), Is.EqualTo($"{file}: warning: an item of 38 bytes in a sequence that has 14 left (byte 346, element (0008,1140))."));
            AssertWarning(json.JsonLines.Single());
            AssertWarning(JsonDocument.Parse(await File.ReadAllTextAsync(_report, cancellationToken)).RootElement);
        }
    }

    [Test]
    public async Task Ingest_Strict_RefusesIt(CancellationToken cancellationToken)
    {
        string file = Repository.TestData("cases", "d4_ds_cut_by_end_of_file.dcm");
        CodProcess cod = await CodProcess.RunAsync(cancellationToken, "ingest", file, "--datastore", _store, "--strict");
        Assert.That((cod.ExitCode, Directory.Exists(Path.Combine(_store, "studies"))), Is.EqualTo((1, false)));
        Assert.That(cod.Errors, Does.Contain("the file ends behind 2 of 6 bytes of a value (byte 358, element (0028,1050))"));
    }

    [Test]
    public async Task Ingest_WholeFileOverItsBeginning_IsToldAndTakenOnDemand(CancellationToken cancellationToken)
    {
        byte[] whole = await File.ReadAllBytesAsync(SeriesFiles.All[0], cancellationToken);
        string cut = Path.Combine(_folder, "cut.dcm");
        await File.WriteAllBytesAsync(cut, whole[..^100], cancellationToken);
        await CodProcess.RunAsync(cancellationToken, "ingest", cut, "--datastore", _store);
        CodProcess told = await CodProcess.RunAsync(cancellationToken, "ingest", SeriesFiles.All[0], "--datastore", _store, "--report", _report);
        CodProcess taken = await CodProcess.RunAsync(cancellationToken, "ingest", SeriesFiles.All[0], "--datastore", _store, "--replace-truncated", "--json");
        CodProcess verified = await CodProcess.RunAsync(cancellationToken, "verify", _store, "--deep", "--json");
        using (Assert.EnterMultipleScope())
        {
            Assert.That((told.ExitCode, taken.ExitCode, verified.ExitCode), Is.EqualTo((1, 0, 0)));
            Assert.That(told.Errors, Does.Contain("what is stored under its UID is its beginning, cut off; --replace-truncated stores it in its place."));
            Assert.That(await File.ReadAllTextAsync(_report, cancellationToken), Does.Contain("\"reason\":\"StoredIsBeginning\""));
            Assert.That(taken.JsonLines.Single().GetProperty("new")[0].GetProperty("reason").GetString(), Is.EqualTo("ReplacedBeginning"));
            Assert.That(verified.JsonLines.Single().GetProperty("findings").GetArrayLength(), Is.Zero);
        }
    }

    [Test]
    public async Task InspectAndVerify_FileWithAWarning_ShowIt(CancellationToken cancellationToken)
    {
        string file = Repository.TestData("cases", "d7c_items_behind_zero_length_sq.dcm");
        await CodProcess.RunAsync(cancellationToken, "ingest", file, "--datastore", _store);
        CodProcess plain = await CodProcess.RunAsync(cancellationToken, "inspect", file);
        CodProcess json = await CodProcess.RunAsync(cancellationToken, "inspect", file, "--json");
        CodProcess verified = await CodProcess.RunAsync(cancellationToken, "verify", _store, "--deep");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(plain.Output, Does.Match("Warning +items behind a sequence of length 0 \\(byte 324, element \\(0008,1140\\)\\)"));
            Assert.That(json.JsonLines.Single().GetProperty("warnings")[0].GetProperty("fault").GetString(), Is.EqualTo("ItemsOutsideSequence"));
            Assert.That(verified.ExitCode, Is.Zero);
            Assert.That(verified.Output, Does.Contain("intact").And.Contain("InstanceWarning: 1.2.3.4.9.703: items behind a sequence of length 0"));
        }
    }

    private static void AssertWarning(JsonElement instance)
    {
        JsonElement warning = instance.GetProperty("warnings")[0];
        Assert.That(
            (warning.GetProperty("fault").GetString(), warning.GetProperty("offset").GetInt64(), warning.GetProperty("tag").GetString()),
            Is.EqualTo(("LengthTooLong", 346L, "00081140")));
    }
}
