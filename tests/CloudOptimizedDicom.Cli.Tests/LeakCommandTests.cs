using System.Text;
using CloudOptimizedDicom.Testing;
using CloudOptimizedDicom.Testing.Objects;
using CloudOptimizedDicom.Tests;

namespace CloudOptimizedDicom.Cli.Tests;

/// <summary>Secrets of addresses and data of patients are planted, and looked for in all that the command leaves.</summary>
[CancelAfter(300_000)]
public sealed class LeakCommandTests
{
    private const string Marker = "PLANTED";
    private const string Study = "1.2.826.0.1.3680043.8.498.7001.93";

    private readonly StringBuilder _told = new();
    private string _folder = "";
    private string _temporary = "";

    private string Store => Path.Combine(_folder, "store");

    private string Series => $"{Store}/studies/{Study}/series/{Study}.1";

    [SetUp]
    public void CreateFolder()
    {
        _folder = Directory.CreateTempSubdirectory("cod-leak-").FullName;
        _temporary = Directory.CreateDirectory(Path.Combine(_folder, "temporary")).FullName;
        _told.Clear();
    }

    [TearDown]
    public void DeleteFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public async Task Commands_WithPlantedSecretsAndPatients_TellNoneOfThem(CancellationToken cancellationToken)
    {
        await using GcsEmulator emulator = await GcsEmulator.StartAsync(new GcsEmulatorOptions { Buckets = ["inbox"] }, cancellationToken);
        byte[] first = await File.ReadAllBytesAsync(Repository.TestData("dicom", "appendset", "1.dcm"), cancellationToken);
        string web = await ServeAsync(emulator, "1.dcm", first, cancellationToken);
        first[^1] ^= 1;
        string conflict = await ServeAsync(emulator, "other.dcm", first, cancellationToken);
        string none = web.Replace("1.dcm", "none.dcm", StringComparison.Ordinal);
        string damaged = Path.Combine(_folder, "damaged.dcm");
        await File.WriteAllBytesAsync(damaged, SwallowPatient(await File.ReadAllBytesAsync(Repository.TestData("dicom", "appendset", "2.dcm"), cancellationToken)), cancellationToken);
        string inventory = Path.Combine(_folder, "inventory.csv");
        await File.WriteAllTextAsync(inventory, $"uri,studyuid,size\n{none},{web},\n{none},,{web}\n", cancellationToken);
        string headless = Path.Combine(_folder, "headless.csv");
        await File.WriteAllTextAsync(headless, $"{web},1\n", cancellationToken);
        string report = Path.Combine(_folder, "report.jsonl");

        Assert.That(await RunAsync(cancellationToken, "ingest", web, "-d", Store), Is.Zero);
        foreach (string[] arguments in (string[][])
        [
            ["ingest", conflict, none, damaged, "htp://u:PLANTED@h/?sig=PLANTED", "-d", Store, "--report", report],
            ["ingest", conflict, none, damaged, "-d", Store, "--json"],
            ["ingest", damaged, web, "-d", Store, "--dry-run", "--json"],
            ["ingest", "https:/u:PLANTED@h/a?sig=PLANTED", "-d", Store],
            ["ingest", "--inventory", inventory, "-d", Store],
            ["ingest", "--inventory", headless, "-d", Store],
            ["inspect", none, "https:/u:PLANTED@h/a?sig=PLANTED", "--json"],
            ["inspect", web],
            ["inspect", web, "--json"],
            ["show", Series], ["show", Series, "--json"], ["show", none], ["get", none, "1.2.3"], ["show", Series, web],
            ["verify", Series, "--deep"], ["verify", Series, "--deep", "--json"],
            ["repair", Series, "--dry-run"], ["repair", Series, "--from", none, "--json"],
            ["copy", Series, Path.Combine(_folder, "copy")], ["copy", none, Store],
            ["remove", Series, none, "--yes"], ["ls", Store], ["ls", none],
        ])
        {
            await RunAsync(cancellationToken, arguments);
        }

        _told.AppendLine(await File.ReadAllTextAsync(report, cancellationToken));
        _told.AppendLine(await File.ReadAllTextAsync(Path.Combine(Series, "metadata.json"), cancellationToken));
        _told.AppendLine(string.Join('\n', Directory.EnumerateFileSystemEntries(_folder, "*", SearchOption.AllDirectories)));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(_told.ToString().Split('\n').Where(line => line.Contains(Marker, StringComparison.Ordinal)), Is.Empty);
            Assert.That(_told.ToString(), Does.Contain("objectUID=1.2.3").And.Contain("are no UID"), "what is no secret stays");
        }
    }

    /// <summary>Gives the Series Instance UID a length that takes a patient for a part of it.</summary>
    private static byte[] SwallowPatient(byte[] file)
    {
        int at = file.AsSpan().IndexOf((ReadOnlySpan<byte>)[0x20, 0x00, 0x0E, 0x00, (byte)'U', (byte)'I']) + 6;
        int length = BitConverter.ToUInt16(file, at);
        byte[] patient = [0x10, 0x00, 0x10, 0x00, (byte)'P', (byte)'N', 12, 0, .. "PLANTED^JANE"u8, 0x10, 0x00, 0x20, 0x00, (byte)'L', (byte)'O', 10, 0, .. "PLANTED-ID"u8];
        int end = at + 2 + length;
        return [.. file[..at], .. BitConverter.GetBytes((ushort)(length + patient.Length)), .. file[(at + 2)..end], .. patient, .. file[end..]];
    }

    private static async Task<string> ServeAsync(GcsEmulator emulator, string name, byte[] bytes, CancellationToken cancellationToken)
    {
        using var content = new MemoryStream(bytes);
        await emulator.Core.InsertAsync("inbox", name, content, new GcsObjectAttributes(), new GcsConditions(), cancellationToken);
        return $"http://user:{Marker}@{new Uri($"{emulator.Endpoint}").Authority}/storage/v1/b/inbox/o/{name}?alt=media&objectUID=1.2.3&X-Amz-Signature={Marker}&key={Marker}&code={Marker}";
    }

    private async Task<int> RunAsync(CancellationToken cancellationToken, params string[] arguments)
    {
        CodProcess cod = await CodProcess.RunAsync(
            CodProcess.DotnetHost, ["exec", CodProcess.InOutput("cod.dll"), .. arguments], cancellationToken,
            environment: new Dictionary<string, string> { ["TMPDIR"] = _temporary });
        _told.AppendLine(cod.Output).AppendLine(cod.Errors);
        return cod.ExitCode;
    }
}
