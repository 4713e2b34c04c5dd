using System.Diagnostics;
using CloudOptimizedDicom.Testing;
using CloudOptimizedDicom.Testing.Faults;

namespace CloudOptimizedDicom.Cli.Tests;

/// <summary>
/// Processes that are killed (SIGKILL) at each of their requests while they store files: what is there afterwards, and that
/// repair and another run bring it to its end.
/// </summary>
[CancelAfter(300_000)]
public sealed class KilledWriterTests
{
    private const string Store = "gs://archive/cod";

    [Test]
    public async Task Ingest_KilledAtAnyRequestToABucket_IsRepairedAndRunAgain(
        [Range(1, 9)] int request, [Values("append", "write")] string mode, CancellationToken cancellationToken)
    {
        var clock = new StoppingClock();
        await using GcsEmulator emulator = await GcsEmulator.StartAsync(new GcsEmulatorOptions { Buckets = ["archive"], TimeProvider = clock }, cancellationToken);
        await using CodDatastore datastore = await CodDatastore.OpenAsync(Store, new CodDatastoreOptions { Endpoint = emulator.Endpoint }, cancellationToken);
        await StoreAsync(datastore, SeriesFiles.All[..2]);
        emulator.Faults.Add(new FaultRule { Action = FaultAction.Delay(StoppingClock.Never), AtMatch = request });
        string[] arguments = ["exec", CodProcess.InOutput("cod.dll"), "ingest", .. SeriesFiles.All[2..], "-d", Store, "--mode", mode, "--endpoint", $"{emulator.Endpoint}"];
        using (Process ingest = Start(arguments))
        {
            Task ended = ingest.WaitForExitAsync(cancellationToken);
            await Task.WhenAny(clock.Stopped, ended);
            ingest.Kill();
            await ended;
        }

        emulator.Faults.Clear();
        await AssertMendedAsync(datastore, mode);
    }

    [Test]
    public async Task Append_KilledAtAnyChangeOfADirectory_IsRepairedAndRunAgain(
        [Range(1, 5)] int change, [Values("append", "write")] string mode, CancellationToken cancellationToken)
    {
        string folder = Directory.CreateTempSubdirectory("cod-killed-").FullName;
        try
        {
            await using CodDatastore datastore = await CodDatastore.OpenAsync(folder, cancellationToken: cancellationToken);
            await StoreAsync(datastore, SeriesFiles.All[..2]);
            string[] arguments =
            [
                "exec", CodProcess.InOutput("CloudOptimizedDicom.TestProcess.dll"), "stall", folder, SeriesFiles.StudyUid, SeriesFiles.SeriesUid,
                mode, $"{change}", .. SeriesFiles.All[2..],
            ];
            using (Process writer = Start(arguments))
            {
                Assert.That(await writer.StandardOutput.ReadLineAsync(cancellationToken), Is.EqualTo("stalled"));
                writer.Kill();
                await writer.WaitForExitAsync(cancellationToken);
            }

            await AssertMendedAsync(datastore, mode);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static Process Start(string[] arguments) =>
        Process.Start(new ProcessStartInfo(CodProcess.DotnetHost, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;

    private static Task<AppendResult> StoreAsync(CodDatastore datastore, IEnumerable<string> files) =>
        datastore.AppendToSeriesAsync(SeriesFiles.StudyUid, SeriesFiles.SeriesUid, [.. files.Select(file => new Instance(file))]);

    /// <summary>Readers have the old or the new series, and repair and one more run end in the new one.</summary>
    private static async Task AssertMendedAsync(CodDatastore datastore, string mode)
    {
        string[] old = SeriesFiles.All[..2];
        string[] @new = mode == "append" ? SeriesFiles.All : SeriesFiles.All[2..];
        Assert.That(await ReadAsync(datastore, SeriesFiles.All), Is.SubsetOf(SeriesFiles.All));
        RepairReport repair = await datastore.RepairSeriesAsync(SeriesFiles.StudyUid, SeriesFiles.SeriesUid, new RepairOptions { TakeOverLock = true });
        Assert.That(repair.IsRefused, Is.False);
        Assert.That(await ReadAsync(datastore, SeriesFiles.All), Is.EquivalentTo(old).Or.EquivalentTo(@new));
        Assert.That((await datastore.VerifySeriesAsync(SeriesFiles.StudyUid, SeriesFiles.SeriesUid)).Findings, Is.Empty);
        await StoreAsync(datastore, SeriesFiles.All);
        Assert.That(await ReadAsync(datastore, SeriesFiles.All), Is.EquivalentTo(SeriesFiles.All));
    }

    /// <summary>The files whose bytes a reader gets; an instance that cannot be had says so.</summary>
    private static async Task<List<string>> ReadAsync(CodDatastore datastore, string[] files)
    {
        var read = new List<string>();
        await using CodObject series = await datastore.OpenSeriesAsync(SeriesFiles.StudyUid, SeriesFiles.SeriesUid, CodMode.Read);
        foreach (Instance instance in series.GetInstances())
        {
            try
            {
                await using Stream stream = await series.OpenInstanceAsync(instance);
                using var bytes = new MemoryStream();
                await stream.CopyToAsync(bytes);
                read.Add(files.Single(file => File.ReadAllBytes(file).AsSpan().SequenceEqual(bytes.ToArray())));
            }
            catch (CodException error) when (error is SeriesChangedException or TarMissingInstanceException)
            {
                // A series that is being written anew has other bytes there.
            }
        }

        return read;
    }
}
