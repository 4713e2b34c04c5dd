using CloudOptimizedDicom.Testing;
using CloudOptimizedDicom.Testing.Faults;
using CloudOptimizedDicom.Testing.Objects;
using CloudOptimizedDicom.Tests;

namespace CloudOptimizedDicom.Cli.Tests;

/// <summary>The commands on buckets, with an emulator in place of Cloud Storage.</summary>
[CancelAfter(300_000)]
public sealed class CloudStorageCommandTests
{
    private const string Store = "gs://archive/cod";
    private const string Study = "1.2.826.0.1.3680043.8.498.7001.93";
    private const string Series = $"{Store}/studies/{Study}/series/{Study}.1";
    private const int Instances = 1000;
    private const long MaxResidentBytes = 300L * 1024 * 1024;

    private GcsEmulator _emulator = null!;

    [SetUp]
    public async Task StartAsync() => _emulator = await GcsEmulator.StartAsync(new GcsEmulatorOptions { Buckets = ["archive", "inbox"] });

    [TearDown]
    public async Task StopAsync() => await _emulator.DisposeAsync();

    [Test]
    public async Task IngestReadAppendRead_MakeJustTheRequestsOfTheBudget(CancellationToken cancellationToken)
    {
        string first = Repository.TestData("dicom", "appendset", "1.dcm");
        string second = Repository.TestData("dicom", "appendset", "2.dcm");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(await CountAsync(cancellationToken, "ingest", first, "-d", Store), Is.EqualTo(8), "a new series");
            Assert.That(await CountAsync(cancellationToken, "get", Series, $"{Study}.1.1", "-o", "-"), Is.EqualTo(3), "one instance, cold");
            Assert.That(await CountAsync(cancellationToken, "ingest", second, "-d", Store), Is.EqualTo(9), "an append");
            Assert.That(await CountAsync(cancellationToken, "get", Series, $"{Study}.1.2", "-o", "-"), Is.EqualTo(3), "one instance, cold");
            Assert.That(await CountAsync(cancellationToken, "ingest", first, second, "-d", Store), Is.EqualTo(5), "only duplicates");
            Assert.That(await CountAsync(cancellationToken, "show", Series), Is.EqualTo(3), "metadata, and who holds the lock");
            Assert.That(await CountAsync(cancellationToken, "ls", Store), Is.EqualTo(1), "a listing");
        }
    }

    [Test]
    [Platform("Linux", Reason = "the kernel's count of resident memory is asked for")]
    public async Task IngestFromBucketToBucket_WithFaultsOnTheWay_EndsWholeInSmallMemory(CancellationToken cancellationToken)
    {
        byte[] template = await File.ReadAllBytesAsync(Repository.TestData("dicom", "ct5", "0.dcm"), cancellationToken);
        for (int i = 0; i < Instances; i++)
        {
            using var file = new MemoryStream(WithInstanceNumber(template, i));
            await _emulator.Core.InsertAsync("inbox", $"day/{i:D4}.dcm", file, new GcsObjectAttributes(), new GcsConditions(), cancellationToken);
        }

        await RunAsync(cancellationToken, "ingest", "--from", "gs://inbox/day/", "-d", "gs://archive/calm");
        foreach (FaultAction action in (FaultAction[])[FaultAction.Refuse(503), FaultAction.DropBefore, FaultAction.DropAfter, FaultAction.CutResponse(1000)])
        {
            _emulator.Faults.Add(new FaultRule { Action = action, Probability = 0.005, Seed = 17 });
        }

        (CodProcess stormy, long peakBytes) = await CodProcess.MeasureAsync(
            ["ingest", "--from", "gs://inbox/day/", "-d", "gs://archive/stormy", "--json", "--endpoint", _emulator.Endpoint.ToString()], cancellationToken);
        _emulator.Faults.Clear();
        CodProcess verified = await RunAsync(cancellationToken, "verify", "gs://archive/stormy");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(stormy.ExitCode, Is.Zero, stormy.Errors);
            Assert.That(stormy.JsonLines.Sum(line => line.GetProperty("new").GetArrayLength()), Is.EqualTo(Instances));
            Assert.That(Archives("stormy"), Is.EqualTo(Archives("calm")));
            Assert.That(verified.ExitCode, Is.Zero, verified.Errors);
            Assert.That(peakBytes, Is.LessThan(MaxResidentBytes));
        }
    }

    [Test]
    public async Task Inspect_Object_ShowsWhatTheFileShows(CancellationToken cancellationToken)
    {
        string file = Repository.TestData("dicom", "ct5", "0.dcm");
        await using (FileStream stream = File.OpenRead(file))
        {
            await _emulator.Core.InsertAsync("inbox", "0.dcm", stream, new GcsObjectAttributes(), new GcsConditions(), cancellationToken);
        }

        CodProcess remote = await RunAsync(cancellationToken, "inspect", "gs://inbox/0.dcm", "--json", "--tags");
        CodProcess local = await CodProcess.RunAsync(cancellationToken, "inspect", file, "--json", "--tags");
        CodProcess missing = await RunAsync(cancellationToken, "inspect", "gs://inbox/none.dcm");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(remote.Output, Is.EqualTo(local.Output));
            Assert.That(missing.ExitCode, Is.EqualTo(4));
        }
    }

    [Test]
    public async Task AnyCommand_UnknownKindOfStore_IsWrongUsage(CancellationToken cancellationToken) =>
        Assert.That((await CodProcess.RunAsync(cancellationToken, "ls", "s3://bucket")).ExitCode, Is.EqualTo(2));

    /// <summary>The last digits of every SOP Instance UID become another number of the same length.</summary>
    private static byte[] WithInstanceNumber(byte[] template, int number)
    {
        byte[] file = [.. template];
        ReadOnlySpan<byte> old = "1.2.826.0.1.3680043.8.498.7001.1.1.3"u8;
        byte[] replacement = System.Text.Encoding.ASCII.GetBytes($"1.2.826.0.1.3680043.8.498.70{number + 100000}.3");
        for (int at = file.AsSpan().IndexOf(old); at >= 0; at = file.AsSpan().IndexOf(old))
        {
            replacement.CopyTo(file, at);
        }

        return file;
    }

    private Task<CodProcess> RunAsync(CancellationToken cancellationToken, params string[] arguments) =>
        CodProcess.RunAsync(cancellationToken, [.. arguments, "--endpoint", _emulator.Endpoint.ToString()]);

    private async Task<int> CountAsync(CancellationToken cancellationToken, params string[] arguments)
    {
        _emulator.Log.Clear();
        CodProcess run = await RunAsync(cancellationToken, arguments);
        Assert.That(run.ExitCode, Is.Zero, run.Errors);
        return _emulator.Log.Entries.Count(entry => !entry.IsContinuation);
    }

    private List<(string Name, long SizeBytes, uint Crc32c)> Archives(string prefix) =>
    [
        .. _emulator.Core.List("archive", new GcsListQuery { Prefix = $"{prefix}/" }).Items
            .Where(item => item.Name.EndsWith(".tar", StringComparison.Ordinal))
            .Select(item => (item.Name[prefix.Length..], item.SizeBytes, item.Crc32c)),
    ];
}
