using System.Text.Json;

namespace CloudOptimizedDicom.Cli.Tests;

/// <summary>Series under hidden UIDs, and what is taken out of the store again.</summary>
[CancelAfter(120_000)]
public sealed class SeriesLifeCommandTests
{
    private string _folder = "";
    private string _store = "";

    private string Series => Path.Combine(_store, "studies", SeriesFiles.StudyUid, "series", SeriesFiles.SeriesUid);

    [SetUp]
    public void CreateFolder()
    {
        _folder = Directory.CreateTempSubdirectory("cod-life-").FullName;
        _store = Path.Combine(_folder, "store");
    }

    [TearDown]
    public void DeleteFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public async Task Ingest_UidKey_StoresUnderUidsThatTheKeyMakes(CancellationToken cancellationToken)
    {
        byte[] key = "a key of its own, not to be shown"u8.ToArray();
        string file = Path.Combine(_folder, "key");
        await File.WriteAllBytesAsync(file, key, cancellationToken);
        var hasher = new KeyedUidHasher(key);
        string[] arguments = ["ingest", SeriesFiles.Folder, "--datastore", _store, "--uid-key", file, "--json"];
        JsonElement first = (await RunAsync(0, cancellationToken, arguments)).JsonLines.Single();
        CodProcess again = await RunAsync(0, cancellationToken, arguments);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(first.GetProperty("series_uid").GetString(), Is.EqualTo(hasher.Hash(SeriesFiles.SeriesUid)));
            Assert.That(
                first.GetProperty("new").EnumerateArray().Select(instance => instance.GetProperty("instance_uid").GetString()),
                Is.EqualTo(SeriesFiles.All.Select(SeriesFiles.UidOf).Select(hasher.Hash)));
            Assert.That(again.JsonLines.Single().GetProperty("same").GetArrayLength(), Is.EqualTo(SeriesFiles.All.Length));
            Assert.That(again.Output + again.Errors, Does.Not.Contain("not to be shown"));
        }
    }

    [Test]
    public async Task Ingest_ShortUidKey_IsRefused(CancellationToken cancellationToken)
    {
        string file = Path.Combine(_folder, "key");
        await File.WriteAllTextAsync(file, "short and known", cancellationToken);
        CodProcess cod = await RunAsync(2, cancellationToken, "ingest", SeriesFiles.Folder, "--datastore", _store, "--uid-key", file);
        Assert.That(cod.Errors, Does.Contain("16").And.Not.Contain("short and known"));
        await RunAsync(4, cancellationToken, "ingest", SeriesFiles.Folder, "--datastore", _store, "--uid-key", file + "-missing");
    }

    [Test]
    public async Task Remove_SomeInstances_LeavesTheOthers(CancellationToken cancellationToken)
    {
        await RunAsync(0, cancellationToken, "ingest", SeriesFiles.Folder, "--datastore", _store);
        string[] uids = [.. SeriesFiles.All.Select(SeriesFiles.UidOf)];
        await RunAsync(4, cancellationToken, "remove", Series, uids[0], "1.2.3");
        await RunAsync(2, ["remove", Series, .. uids], cancellationToken);
        CodProcess removed = await RunAsync(0, cancellationToken, "remove", Series, uids[0], uids[3]);
        CodProcess shown = await RunAsync(0, cancellationToken, "show", "--json", Series);
        await RunAsync(0, cancellationToken, "verify", Series);
        Assert.That(removed.Output, Does.Contain("2 removed, 3 left"));
        Assert.That(shown.JsonLines.Select(line => line.GetProperty("instance_uid").GetString()), Is.EqualTo(new[] { uids[1], uids[2], uids[4] }));
    }

    [Test]
    public async Task Delete_Study_TakesYesAndLeavesNothing(CancellationToken cancellationToken)
    {
        await RunAsync(0, cancellationToken, "ingest", SeriesFiles.Folder, "--datastore", _store);
        string study = Path.Combine(_store, "studies", SeriesFiles.StudyUid);
        await RunAsync(2, cancellationToken, "delete", study);
        await RunAsync(2, cancellationToken, "delete", _store, "--yes");
        await RunAsync(0, cancellationToken, "verify", Series);
        await RunAsync(0, cancellationToken, "delete", study, "--yes");
        await RunAsync(4, cancellationToken, "show", Series);
        await RunAsync(4, cancellationToken, "delete", Series, "--yes");
    }

    private static Task<CodProcess> RunAsync(int exitCode, CancellationToken cancellationToken, params string[] arguments) =>
        RunAsync(exitCode, arguments, cancellationToken);

    private static async Task<CodProcess> RunAsync(int exitCode, string[] arguments, CancellationToken cancellationToken)
    {
        CodProcess cod = await CodProcess.RunAsync(cancellationToken, arguments);
        Assert.That(cod.ExitCode, Is.EqualTo(exitCode), cod.Errors);
        return cod;
    }
}
