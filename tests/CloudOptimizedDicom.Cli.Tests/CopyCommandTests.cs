using System.Text.Json;
using CloudOptimizedDicom.Testing;

namespace CloudOptimizedDicom.Cli.Tests;

/// <summary><c>cod copy</c> between directories and buckets.</summary>
[CancelAfter(300_000)]
public sealed class CopyCommandTests
{
    private string _folder = "";
    private GcsEmulator _emulator = null!;

    private string Store => Path.Combine(_folder, "store");

    private string Last => Path.Combine(_folder, "last");

    private string Series => Path.Combine(Store, "studies", SeriesFiles.StudyUid, "series", SeriesFiles.SeriesUid);

    [SetUp]
    public async Task Ingest()
    {
        _folder = Directory.CreateTempSubdirectory("cod-copy-").FullName;
        _emulator = await GcsEmulator.StartAsync(new GcsEmulatorOptions { Buckets = ["archive", "mirror"] });
        await using CodDatastore datastore = await CodDatastore.OpenAsync(Store);
        await datastore.UpdateSeriesAsync(
            SeriesFiles.StudyUid, SeriesFiles.SeriesUid, CodMode.Write, series => series.AppendAsync(SeriesFiles.All.Select(file => new Instance(file))));
    }

    [TearDown]
    public async Task StopAsync()
    {
        await _emulator.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Test]
    public async Task Copy_DirectoryBucketBucketDirectory_EndsIntactAndIsNotDoneTwice(CancellationToken cancellationToken)
    {
        JsonElement planned = (await RunAsync(0, cancellationToken, "copy", Store, "gs://archive/cod", "--dry-run", "--json")).JsonLines.Single();
        JsonElement copied = (await RunAsync(0, cancellationToken, "copy", Store, "gs://archive/cod", "--json")).JsonLines.Single();
        CodProcess mirrored = await RunAsync(0, cancellationToken, "copy", "gs://archive/cod", "gs://mirror/other");
        await RunAsync(0, cancellationToken, "copy", $"gs://mirror/other/studies/{SeriesFiles.StudyUid}", Last);
        CodProcess again = await RunAsync(0, cancellationToken, "copy", Series, Last);
        await RunAsync(0, cancellationToken, "verify", Last, "--deep");
        using (Assert.EnterMultipleScope())
        {
            Assert.That((Outcome(planned), Outcome(copied)), Is.EqualTo((("copied", false), ("copied", true))));
            Assert.That(mirrored.Output, Does.Contain("5 instances").And.Contain("copied from bucket to bucket").And.Contain("1 series, 0 with findings or errors"));
            Assert.That(again.Output, Does.Contain("there already"));
        }
    }

    [Test]
    public async Task Copy_AnotherSeriesOrALockIsThere_IsAnErrorUntilItIsAllowed(CancellationToken cancellationToken)
    {
        await using CodDatastore last = await CodDatastore.OpenAsync(Last, cancellationToken: cancellationToken);
        await last.UpdateSeriesAsync(
            SeriesFiles.StudyUid,
            SeriesFiles.SeriesUid,
            CodMode.Write,
            series => series.AppendAsync([new Instance(SeriesFiles.All[0])]),
            cancellationToken: cancellationToken);
        Assert.That((await RunAsync(1, cancellationToken, "copy", Series, Last)).Errors, Does.Contain("with 1 instances is not the same"));
        await using (await last.OpenSeriesAsync(SeriesFiles.StudyUid, SeriesFiles.SeriesUid, CodMode.Append, cancellationToken: cancellationToken))
        {
            await RunAsync(3, cancellationToken, "copy", Series, Last, "--overwrite");
        }

        CodProcess replacing = await RunAsync(0, cancellationToken, "copy", Series, Last, "--overwrite");
        Assert.That(replacing.Output, Does.Contain("copied, in place of 1 instances"));
        Assert.That((await RunAsync(0, cancellationToken, "verify", Last)).Output, Does.Contain("5 instances"));
    }

    [Test]
    public async Task Copy_WhatCannotBe_EndsWithTheCodeForIt(CancellationToken cancellationToken)
    {
        await RunAsync(2, cancellationToken, "copy", Store, Series);
        await RunAsync(4, cancellationToken, "copy", Path.Combine(_folder, "absent"), Last);
        await RunAsync(4, cancellationToken, "copy", Path.Combine(Store, "studies", "1", "series", "2"), Last);
        await RunAsync(4, cancellationToken, "copy", Path.Combine(Store, "studies", "1"), Last);
        await RunAsync(2, cancellationToken, "copy", Store, Store);
        Assert.That(Directory.Exists(Last), Is.False);
    }

    [Test]
    public async Task Copy_ListingsWithoutMetadata_AreSkipped(CancellationToken cancellationToken)
    {
        string locked = Path.Combine(Store, "studies", "1", "series", "2");
        Directory.CreateDirectory(locked);
        await File.WriteAllBytesAsync(Path.Combine(locked, ".gradient.lock"), [], cancellationToken);
        Assert.That((await RunAsync(0, cancellationToken, "copy", Store, Last)).Output, Does.Contain("1 series, 0 with findings or errors"));
    }

    [Test]
    public async Task Copy_StorageClass_IsThatOfTheArchive(CancellationToken cancellationToken)
    {
        await RunAsync(0, cancellationToken, "copy", Store, "gs://archive/cod", "--storage-class", "NEARLINE");
        Assert.That((await RunAsync(0, cancellationToken, "ls", "gs://archive/cod", "--json")).JsonLines.Single().GetProperty("storage_class").GetString(), Is.EqualTo("NEARLINE"));
    }

    private static (string? Outcome, bool HasWritten) Outcome(JsonElement line) =>
        (line.GetProperty("outcome").GetString(), line.GetProperty("written").GetBoolean());

    private async Task<CodProcess> RunAsync(int exitCode, CancellationToken cancellationToken, params string[] arguments)
    {
        CodProcess cod = await CodProcess.RunAsync(cancellationToken, [.. arguments, "--endpoint", _emulator.Endpoint.ToString()]);
        Assert.That(cod.ExitCode, Is.EqualTo(exitCode), cod.Errors);
        return cod;
    }
}
