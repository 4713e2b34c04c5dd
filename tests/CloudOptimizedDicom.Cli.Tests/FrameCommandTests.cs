using System.Security.Cryptography;
using System.Text.Json;
using CloudOptimizedDicom.Tests;

namespace CloudOptimizedDicom.Cli.Tests;

/// <summary>The commands that give out frames: get --frame and export --frames.</summary>
[CancelAfter(120_000)]
public sealed class FrameCommandTests
{
    private static readonly JsonElement Independent =
        JsonDocument.Parse(File.ReadAllBytes(Repository.TestData("independent", "frames.json"))).RootElement;

    private string _folder = "";
    private string _series = "";
    private string _uid = "";

    [SetUp]
    public async Task Ingest()
    {
        _folder = Directory.CreateTempSubdirectory("cod-frames-").FullName;
        string store = Path.Combine(_folder, "store");
        await RunAsync(0, CancellationToken.None, "ingest", Repository.TestData("dicom", "mf_jpeg"), "--datastore", store);
        InstanceScan scan = await InstanceScan.FromFileAsync(Repository.TestData("dicom", "mf_jpeg", "frag_nobot.dcm"));
        _series = Path.Combine(store, "studies", scan.StudyUid!, "series", scan.SeriesUid!);
        _uid = scan.InstanceUid!;
    }

    [TearDown]
    public void DeleteFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public async Task Get_Frame_IsTheFrameThatAnotherReaderCuts(CancellationToken cancellationToken)
    {
        string output = Path.Combine(_folder, "3.jpg");
        await RunAsync(0, cancellationToken, "get", _series, _uid, "--frame", "3", "-o", output);
        Assert.That(Hash(output), Is.EqualTo(Independent.GetProperty("mf_jpeg/frag_nobot.dcm")[2].GetString()));
        await RunAsync(4, cancellationToken, "get", _series, _uid, "--frame", "5", "-o", output + "5");
        await RunAsync(2, cancellationToken, "get", _series, _uid, "--frame", "0", "-o", output + "0");
        Assert.That(Directory.GetFiles(_folder), Is.EqualTo(new[] { output }));
    }

    [Test]
    public async Task Export_Frames_WritesWhatIsMissing(CancellationToken cancellationToken)
    {
        string output = Path.Combine(_folder, "out");
        IReadOnlyList<JsonElement> lines = (await RunAsync(0, cancellationToken, "export", _series, "--frames", "-o", output, "--instance", _uid, "--json")).JsonLines;
        string[] files = [.. Enumerable.Range(1, 4).Select(number => Path.Combine(output, _uid, $"{number}.jpg"))];
        using (Assert.EnterMultipleScope())
        {
            Assert.That(lines.Select(line => line.GetProperty("file").GetString()), Is.EqualTo(files));
            Assert.That(lines.Select(line => (line.GetProperty("frame").GetInt32(), line.GetProperty("new").GetBoolean())), Is.EqualTo(new[] { (1, true), (2, true), (3, true), (4, true) }));
            Assert.That(lines[0].GetProperty("transfer_syntax_uid").GetString(), Does.StartWith("1.2.840.10008.1.2.4."));
            Assert.That(lines[0].GetProperty("rows").GetInt32(), Is.Positive);
            Assert.That(files.Select(Hash), Is.EqualTo(Independent.GetProperty("mf_jpeg/frag_nobot.dcm").EnumerateArray().Select(hash => hash.GetString())));
        }

        File.Delete(files[2]);
        lines = (await RunAsync(0, cancellationToken, "export", _series, "--frames", "-o", output, "--json")).JsonLines;
        Assert.That(
            lines.Where(line => line.GetProperty("instance_uid").GetString() == _uid).Select(line => (line.GetProperty("frame").GetInt32(), line.GetProperty("new").GetBoolean())),
            Is.EqualTo(new[] { (1, false), (2, false), (4, false), (3, true) }));
        int all = Independent.EnumerateObject().Where(file => file.Name.StartsWith("mf_jpeg/", StringComparison.Ordinal)).Sum(file => file.Value.GetArrayLength());
        Assert.That(Directory.GetFiles(output, "*.jpg", SearchOption.AllDirectories), Has.Length.EqualTo(all + 1), "and the single one");
    }

    [Test]
    public async Task Export_CutAndStaleFilesOfAnEarlierRun_AreWrittenAgainOrDeleted(CancellationToken cancellationToken)
    {
        string output = Path.Combine(_folder, "out");
        await RunAsync(0, cancellationToken, "export", _series, "--frames", "-o", output, "--instance", _uid);
        string[] files = [.. Enumerable.Range(1, 4).Select(number => Path.Combine(output, _uid, $"{number}.jpg"))];
        string[] hashes = [.. files.Select(Hash)];
        byte[] first = await File.ReadAllBytesAsync(files[0], cancellationToken);
        await File.WriteAllBytesAsync(files[0], first[..10], cancellationToken);
        await File.WriteAllBytesAsync(files[1], new byte[new FileInfo(files[1]).Length], cancellationToken);
        await File.WriteAllBytesAsync(Path.ChangeExtension(files[2], ".raw"), [1], cancellationToken);
        string notes = Path.Combine(output, _uid, "notes.txt");
        await File.WriteAllBytesAsync(notes, [1], cancellationToken);
        CodProcess again = await RunAsync(0, cancellationToken, "export", _series, "--frames", "-o", output, "--instance", _uid);
        Assert.That(again.Output, Does.Contain("2 frames written").And.Contain("2 were there"));
        Assert.That(files.Select(Hash), Is.EqualTo(hashes));
        Assert.That(Directory.GetFiles(Path.Combine(output, _uid)), Is.EquivalentTo([.. files, notes, Path.Combine(output, _uid, ".frames.json")]));
    }

    [Test]
    public async Task Export_UidThatLeavesTheFolder_IsRefused(CancellationToken cancellationToken)
    {
        string metadata = Path.Combine(_series, "metadata.json");
        string text = await File.ReadAllTextAsync(metadata, cancellationToken);
        Assert.That(text, Does.Contain($"\"{_uid}\":"));
        await File.WriteAllTextAsync(metadata, text.Replace($"\"{_uid}\":", "\"../escaped\":"), cancellationToken);
        CodProcess cod = await RunAsync(1, cancellationToken, "export", _series, "--frames", "-o", Path.Combine(_folder, "out"));
        Assert.That(cod.Errors, Does.Contain("\"../escaped\" cannot name a folder"));
        Assert.That(Directory.GetDirectories(_folder).Select(Path.GetFileName), Is.EquivalentTo(["store", "out"]));
    }

    private static string Hash(string file) => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(file)));

    private static async Task<CodProcess> RunAsync(int exitCode, CancellationToken cancellationToken, params string[] arguments)
    {
        CodProcess cod = await CodProcess.RunAsync(cancellationToken, arguments);
        Assert.That(cod.ExitCode, Is.EqualTo(exitCode), cod.Errors);
        return cod;
    }
}
