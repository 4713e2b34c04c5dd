using System.Text.Json;
using CloudOptimizedDicom.Testing;

namespace CloudOptimizedDicom.Cli.Tests;

/// <summary>Eight processes that store into one series at once, in a directory and in a bucket.</summary>
[CancelAfter(300_000)]
public sealed class ManyProcessesTests
{
    private const int Processes = 8;
    private const int FilesEach = 20;

    private string _folder = "";
    private string[][] _files = [];

    [SetUp]
    public void WriteFiles()
    {
        _folder = Directory.CreateTempSubdirectory("cod-many-").FullName;
        _files = [.. Enumerable.Range(0, Processes).Select(i => SeriesFiles.WriteCopies(Path.Combine(_folder, $"{i}"), i * FilesEach, FilesEach))];
    }

    [TearDown]
    public void DeleteFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public async Task Ingest_WithoutWaiting_StoresAllThatAnyReportedNewAndRefusesTheRest([Values] bool isBucket, CancellationToken cancellationToken)
    {
        await using GcsEmulator emulator = await GcsEmulator.StartAsync(new GcsEmulatorOptions { Buckets = ["archive"] }, cancellationToken);
        string[] store = Store(emulator, isBucket);
        CodProcess[] runs = await IngestAsync(store, [], cancellationToken);
        string[] stored = await ShowAsync(store, cancellationToken);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(runs.Select(run => run.ExitCode), Is.All.AnyOf(0, 3).And.Some.Zero);
            Assert.That(stored, Is.EquivalentTo(runs.SelectMany(run => Uris(run, "new"))));
            foreach ((CodProcess run, string[] some) in runs.Zip(_files).Where(pair => pair.First.ExitCode == 3))
            {
                Assert.That(Uris(run, "errors"), Is.EqualTo(some));
                Assert.That(Text(run.JsonLines.Single().GetProperty("errors")[0], "error"), Does.Match(@"held by process \d+ on |released again"));
            }
        }

        await AssertIntactAsync(store, cancellationToken);
    }

    [Test]
    public async Task Ingest_WaitingForTheLock_StoresAllOfAll([Values] bool isBucket, CancellationToken cancellationToken)
    {
        await using GcsEmulator emulator = await GcsEmulator.StartAsync(new GcsEmulatorOptions { Buckets = ["archive"] }, cancellationToken);
        string[] store = Store(emulator, isBucket);
        CodProcess[] runs = await IngestAsync(store, ["--wait-for-lock", "4m"], cancellationToken);
        Assert.That(runs.Select(run => run.ExitCode), Is.All.Zero, string.Join('\n', runs.Select(run => run.Output + run.Errors)));
        Assert.That(await ShowAsync(store, cancellationToken), Is.EquivalentTo(_files.SelectMany(some => some)));
        await AssertIntactAsync(store, cancellationToken);
    }

    private static string? Text(JsonElement line, string name) => line.GetProperty(name).GetString();

    private static List<string?> Uris(CodProcess run, string name) =>
        [.. run.JsonLines.Single().GetProperty(name).EnumerateArray().Select(entry => Text(entry, "uri"))];

    private static async Task<string[]> ShowAsync(string[] store, CancellationToken cancellationToken)
    {
        string series = $"{store[0]}/studies/{SeriesFiles.StudyUid}/series/{SeriesFiles.SeriesUid}";
        CodProcess shown = await CodProcess.RunAsync(cancellationToken, ["show", "--json", series, .. store[1..]]);
        return [.. shown.JsonLines.Select(line => Text(line, "original_path")!)];
    }

    private static async Task AssertIntactAsync(string[] store, CancellationToken cancellationToken) =>
        Assert.That((await CodProcess.RunAsync(cancellationToken, ["verify", .. store])).ExitCode, Is.Zero);

    /// <summary>The store, and the options that lead to it.</summary>
    private string[] Store(GcsEmulator emulator, bool isBucket) =>
        isBucket ? ["gs://archive/cod", "--endpoint", $"{emulator.Endpoint}"] : [Path.Combine(_folder, "store")];

    private Task<CodProcess[]> IngestAsync(string[] store, string[] options, CancellationToken cancellationToken) => Task.WhenAll(
        _files.Select(some => CodProcess.RunAsync(cancellationToken, ["ingest", "--json", "--datastore", .. store, .. options, .. some])));
}
