using System.Diagnostics;
using System.Formats.Tar;
using CloudOptimizedDicom.Tests.Tar.Index;

namespace CloudOptimizedDicom.Tests.Series;

/// <summary>What programs that know nothing of this library see of a stored series.</summary>
public sealed class InteroperabilityTests
{
    private static readonly SeriesId Id = new("1.2.826.0.1.3680043.8.498.7001.1", "1.2.826.0.1.3680043.8.498.7001.1.1");
    private static readonly string[] Files = [.. Directory.GetFiles(Repository.TestData("dicom", "ct5")).Order(StringComparer.Ordinal)];

    private TemporaryDatastore _store = null!;
    private string[] _names = [];

    private string Folder => Path.Combine(_store.StorePath, "studies", Id.StudyUid, "series", Id.SeriesUid);

    [SetUp]
    public async Task StoreInTwoSteps()
    {
        _store = await TemporaryDatastore.CreateAsync();
        await _store.StoreAsync(Id, CodMode.Write, Files[..2]);
        await _store.StoreAsync(Id, CodMode.Append, Files[2..]);
        _names = [.. (await _store.ReadAllAsync(Id)).Select(instance => $"instances/{instance.Uid}.dcm")];
    }

    [TearDown]
    public async Task DeleteStore() => await _store.DisposeAsync();

    [Test]
    public async Task Archive_SystemFormatsTar_ReadsEveryFile()
    {
        await using FileStream archive = File.OpenRead(Folder + ".tar");
        await using var reader = new TarReader(archive);
        var members = new List<(string Name, byte[] Bytes)>();
        while (await reader.GetNextEntryAsync(copyData: true) is { } entry)
        {
            byte[] bytes = new byte[entry.Length];
            await entry.DataStream!.ReadExactlyAsync(bytes);
            members.Add((entry.Name, bytes));
        }

        Assert.That(members.Select(member => member.Name), Is.EqualTo(_names));
        Assert.That(members.Select(member => member.Bytes), Is.EqualTo(Files.Select(File.ReadAllBytes)));
    }

    [Test]
    [Platform("Linux", Reason = "GNU tar is asked")]
    public async Task Archive_GnuTar_ListsEveryFile()
    {
        using Process tar = Process.Start(new ProcessStartInfo("tar", ["tvf", Folder + ".tar"]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        string output = await tar.StandardOutput.ReadToEndAsync();
        string errors = await tar.StandardError.ReadToEndAsync();
        await tar.WaitForExitAsync();
        string[][] lines = [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))];
        using (Assert.EnterMultipleScope())
        {
            Assert.That((tar.ExitCode, errors), Is.EqualTo((0, "")));
            Assert.That(lines.Select(fields => fields[^1]), Is.EqualTo(_names));
            Assert.That(lines.Select(fields => fields[2]), Is.EqualTo(Files.Select(file => $"{new FileInfo(file).Length}")));
        }
    }

    [Test]
    public async Task Index_Sqlite_FindsTheBytesOfEveryFile()
    {
        using var index = new SqliteFile(await File.ReadAllBytesAsync(Path.Combine(Folder, "index.sqlite")));
        byte[] archive = await File.ReadAllBytesAsync(Folder + ".tar");
        List<string> rows = index.Query("SELECT path || '/' || name, offset, size FROM files WHERE path = '/instances' ORDER BY offsetheader");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(index.Query("PRAGMA integrity_check"), Is.EqualTo(["String ok"]));
            Assert.That(rows, Has.Count.EqualTo(Files.Length));
            foreach ((string row, string name, string file) in rows.Zip(_names, Files))
            {
                string[] fields = row.Split(" | ");
                (int offset, int size) = (int.Parse(fields[1]["Int64 ".Length..]), int.Parse(fields[2]["Int64 ".Length..]));
                Assert.That(fields[0], Is.EqualTo($"String /{name}"));
                Assert.That(archive[offset..(offset + size)], Is.EqualTo(await File.ReadAllBytesAsync(file)));
            }
        }
    }
}
