using System.Diagnostics;
using CloudOptimizedDicom.Testing;
using CloudOptimizedDicom.Testing.Faults;

namespace CloudOptimizedDicom.Cli.Tests;

/// <summary>What processes leave on this machine, and who may read it.</summary>
[CancelAfter(300_000)]
[Platform("Linux,MacOSX")]
public sealed class ScratchFileTests
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode ReadableByAll = Private | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    private string _folder = "";

    [SetUp]
    public void CreateFolder() => _folder = Directory.CreateTempSubdirectory("cod-scratch-").FullName;

    [TearDown]
    public void DeleteFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public async Task Ingest_KilledAtAnyRequestToABucket_LeavesNothingInTheTemporaryFolder([Range(1, 9)] int request, CancellationToken cancellationToken)
    {
        var clock = new StoppingClock();
        await using GcsEmulator emulator = await GcsEmulator.StartAsync(new GcsEmulatorOptions { Buckets = ["archive"], TimeProvider = clock }, cancellationToken);
        emulator.Faults.Add(new FaultRule { Action = FaultAction.Delay(StoppingClock.Never), AtMatch = request });
        using Process ingest = Start("", "cod.dll", ["ingest", .. SeriesFiles.All, "-d", "gs://archive/cod", "--endpoint", $"{emulator.Endpoint}"]);
        Task ended = ingest.WaitForExitAsync(cancellationToken);
        await Task.WhenAny(clock.Stopped, ended);
        ingest.Kill();
        await ended;
        Assert.That(Directory.EnumerateFileSystemEntries(_folder), Is.Empty);
    }

    [Test]
    public async Task Append_ToADirectory_IsReadableByItsOwnerUntilItIsPublished(CancellationToken cancellationToken)
    {
        string store = Path.Combine(_folder, "store");
        string[] arguments = ["stall", store, SeriesFiles.StudyUid, SeriesFiles.SeriesUid, "append", "2", .. SeriesFiles.All];
        using (Process writer = Start("umask 022;", "CloudOptimizedDicom.TestProcess.dll", arguments))
        {
            Assert.That(await writer.StandardOutput.ReadLineAsync(cancellationToken), Is.EqualTo("stalled"));
            FileInfo staged = new DirectoryInfo(Path.Combine(store, ".cod", "staging")).EnumerateFiles().Single();
            Assert.That(staged.UnixFileMode, Is.EqualTo(Private));
            writer.Kill();
            await writer.WaitForExitAsync(cancellationToken);
        }

        string other = Path.Combine(_folder, "other");
        using Process ingest = Start("umask 022;", "cod.dll", ["ingest", .. SeriesFiles.All, "-d", other]);
        await ingest.WaitForExitAsync(cancellationToken);
        FileInfo[] objects = [.. new DirectoryInfo(Path.Combine(other, "studies")).EnumerateFiles("*", SearchOption.AllDirectories)];
        using (Assert.EnterMultipleScope())
        {
            Assert.That(ingest.ExitCode, Is.Zero);
            Assert.That(objects.Select(file => file.Name), Is.EquivalentTo(new[] { $"{SeriesFiles.SeriesUid}.tar", "index.sqlite", "metadata.json", ".objects.json" }));
            Assert.That(objects.Select(file => file.UnixFileMode), Is.All.EqualTo(ReadableByAll));
        }
    }

    [Test]
    [Platform("Linux")]
    public async Task Get_ToADevice_WritesToIt(CancellationToken cancellationToken)
    {
        string store = Path.Combine(_folder, "store");
        await CodProcess.RunAsync(cancellationToken, "ingest", SeriesFiles.All[0], "-d", store);
        string series = Path.Combine(store, "studies", SeriesFiles.StudyUid, "series", SeriesFiles.SeriesUid);
        CodProcess cod = await CodProcess.RunAsync(cancellationToken, "get", series, SeriesFiles.UidOf(SeriesFiles.All[0]), "-o", "/dev/full");
        Assert.That(cod.ExitCode, Is.Not.Zero, "nothing fits on a full device");
    }

    /// <summary>Runs a program with the temporary folder of the test, and without the files of the runtime's own diagnostics.</summary>
    private Process Start(string shellCommand, string program, string[] arguments)
    {
        var command = new ProcessStartInfo("sh", ["-c", $"{shellCommand} exec \"$@\"", "sh", CodProcess.DotnetHost, "exec", CodProcess.InOutput(program), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        command.Environment["TMPDIR"] = _folder;
        command.Environment["DOTNET_EnableDiagnostics"] = "0";
        return Process.Start(command)!;
    }
}
