using System.IO.Compression;
using System.Text.Json.Nodes;
using CloudOptimizedDicom.Tests.Compression;
using SQLitePCL;

namespace CloudOptimizedDicom.Cli.Tests;

/// <summary>Small input that asks for much memory: no command takes 200 MiB more than the same one on a sound series.</summary>
[CancelAfter(300_000)]
[Platform("Linux", Reason = "the kernel's count of resident memory is asked for")]
public sealed class HostileInputTests
{
    private const long MaxMoreBytes = 200L << 20;

    /// <summary>So that a command which takes too much fails before the machine does.</summary>
    private static readonly Dictionary<string, string> Ceiling = new() { ["DOTNET_GCHeapHardLimit"] = "0x40000000" };

    private string _folder = "";
    private string _store = "";
    private string _series = "";

    [SetUp]
    public async Task StoreASeries()
    {
        _folder = Directory.CreateTempSubdirectory("cod-hostile-").FullName;
        _store = Path.Combine(_folder, "store");
        _series = Path.Combine(_store, "studies", SeriesFiles.StudyUid, "series", SeriesFiles.SeriesUid);
        await using CodDatastore datastore = await CodDatastore.OpenAsync(_store);
        await datastore.AppendToSeriesAsync(SeriesFiles.StudyUid, SeriesFiles.SeriesUid, [.. SeriesFiles.All.Select(file => new Instance(file))]);
    }

    [TearDown]
    public void DeleteFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public async Task VerifyDeep_TagsThatInflateToMuch_StaysSmall([Values(1_024, 33_000)] int blocks, CancellationToken cancellationToken)
    {
        string[] command = ["verify", _series, "--deep"];
        long sound = await MeasureAsync(command, expectedExitCode: 0, cancellationToken);
        string file = Path.Combine(_series, "metadata.json");
        JsonNode json = JsonNode.Parse(await File.ReadAllBytesAsync(file, cancellationToken))!;
        JsonObject instances = json["cod"]!["instances"]!.AsObject();

        // A skippable frame behind it, so that the ratio is one that is allowed.
        byte[] filling = [0x50, 0x2A, 0x4D, 0x18, 0, 0, 2, 0, .. new byte[2 << 16]];
        string bomb = Convert.ToBase64String([.. ZstdBomb.Create(blocks, withContentSize: true), .. filling]);
        foreach (JsonNode? record in instances.Select(instance => instance.Value))
        {
            record!["metadata"] = bomb;
        }

        await File.WriteAllTextAsync(file, json.ToJsonString(), cancellationToken);
        Assert.That(await MeasureAsync(command, expectedExitCode: 1, cancellationToken), Is.LessThan(sound + MaxMoreBytes));
    }

    [Test]
    public async Task Show_MetadataThatInflatesToHundredsOfMegabytes_StaysSmall(CancellationToken cancellationToken)
    {
        long sound = await MeasureAsync(["show", _series], expectedExitCode: 0, cancellationToken);
        await using (FileStream file = File.Create(Path.Combine(_series, "metadata.json")))
        await using (var gzip = new GZipStream(file, CompressionLevel.Fastest))
        {
            byte[] blanks = new byte[1 << 20];
            Array.Fill(blanks, (byte)' ');
            for (int i = 0; i < 400; i++)
            {
                await gzip.WriteAsync(blanks, cancellationToken);
            }
        }

        Assert.That(await MeasureAsync(["show", _series], expectedExitCode: 5, cancellationToken), Is.LessThan(sound + MaxMoreBytes));
    }

    [TestCase("verify")]
    [TestCase("repair", "--dry-run")]
    public async Task VerifyOrRepair_IndexWithAGeneratedColumn_StaysSmall(string command, string? option = null)
    {
        CancellationToken cancellationToken = TestContext.CurrentContext.CancellationToken;
        string[] arguments = option is null ? [command, _series] : [command, _series, option];
        long sound = await MeasureAsync(arguments, expectedExitCode: 0, cancellationToken);
        string index = Path.Combine(_series, "index.sqlite");
        File.Delete(index);
        Batteries_V2.Init();
        raw.sqlite3_open(index, out sqlite3 database);
        using (database)
        {
            int result = raw.sqlite3_exec(
                database,
                "CREATE TABLE files (path TEXT, name TEXT, offsetheader INTEGER, offset INTEGER, size INTEGER, mtime REAL, mode INTEGER, "
                + "type INTEGER, linkname TEXT AS (hex(zeroblob(500000))), uid INTEGER, gid INTEGER, istar BOOL, issparse BOOL);"
                + "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT 2000) "
                + "INSERT INTO files (path, name, offsetheader, offset, size, mtime, mode, type, uid, gid) SELECT '', x, 0, 0, 0, 0.0, 33188, 0, 0, 0 FROM n");
            Assert.That(result, Is.EqualTo(raw.SQLITE_OK));
        }

        Assert.That(new FileInfo(index).Length, Is.LessThan(100_000));
        int expected = command == "verify" ? 1 : 0;
        Assert.That(await MeasureAsync(arguments, expected, cancellationToken), Is.LessThan(sound + MaxMoreBytes));
    }

    [Test]
    public async Task Inspect_DeflatedFileOfManyItems_StaysSmall(CancellationToken cancellationToken)
    {
        long sound = await MeasureAsync(["inspect", SeriesFiles.All[0]], expectedExitCode: 0, cancellationToken);
        string file = Path.Combine(_folder, "bomb.dcm");
        await WriteDeflatedAsync(file, cancellationToken);
        Assert.That(new FileInfo(file).Length, Is.LessThan(1 << 20));
        Assert.That(await MeasureAsync(["inspect", file], expectedExitCode: 5, cancellationToken), Is.LessThan(sound + MaxMoreBytes));
    }

    [Test]
    public async Task Ingest_FolderWithLinksThatLeadBack_StaysSmall(CancellationToken cancellationToken)
    {
        long sound = await MeasureAsync(["ingest", SeriesFiles.Folder, "-d", Path.Combine(_folder, "sound")], expectedExitCode: 0, cancellationToken);
        string scans = Directory.CreateDirectory(Path.Combine(_folder, "scans")).FullName;
        File.Copy(SeriesFiles.All[0], Path.Combine(scans, "0.dcm"));
        Directory.CreateSymbolicLink(Path.Combine(scans, "a"), scans);
        Directory.CreateSymbolicLink(Path.Combine(scans, "b"), ".");
        string[] command = ["ingest", scans, "-d", Path.Combine(_folder, "looped")];
        Assert.That(await MeasureAsync(command, expectedExitCode: 0, cancellationToken), Is.LessThan(sound + MaxMoreBytes));
    }

    /// <summary>Millions of items in a Deflated data set (Deflated Explicit VR Little Endian).</summary>
    private static async Task WriteDeflatedAsync(string path, CancellationToken cancellationToken)
    {
        await using FileStream file = File.Create(path);
        byte[] syntax = [.. "1.2.840.10008.1.2.1.99"u8];
        byte[] meta = [2, 0, 0x10, 0, (byte)'U', (byte)'I', (byte)syntax.Length, 0, .. syntax];
        await file.WriteAsync((byte[])[.. new byte[128], .. "DICM"u8, .. meta], cancellationToken);
        await using var deflate = new DeflateStream(file, CompressionLevel.Optimal);
        await deflate.WriteAsync((byte[])[8, 0, 0x15, 0x11, (byte)'S', (byte)'Q', 0, 0, 0xFF, 0xFF, 0xFF, 0xFF], cancellationToken);
        byte[] item = [0xFE, 0xFF, 0, 0xE0, 12, 0, 0, 0, 8, 0, 0x50, 0, (byte)'S', (byte)'H', 4, 0, .. "text"u8];
        byte[] items = [.. Enumerable.Repeat(item, 10_000).SelectMany(bytes => bytes)];
        for (int i = 0; i < 190; i++)
        {
            await deflate.WriteAsync(items, cancellationToken);
        }
    }

    private static async Task<long> MeasureAsync(string[] arguments, int expectedExitCode, CancellationToken cancellationToken)
    {
        (CodProcess cod, long peakBytes) = await CodProcess.MeasureAsync(arguments, cancellationToken, environment: Ceiling);
        await TestContext.Out.WriteLineAsync($"{arguments[0]}: {peakBytes >> 20} MiB");
        Assert.That(cod.ExitCode, Is.EqualTo(expectedExitCode), cod.Errors + cod.Output);
        return peakBytes;
    }
}
