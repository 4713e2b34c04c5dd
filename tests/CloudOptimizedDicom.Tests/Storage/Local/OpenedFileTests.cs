using CloudOptimizedDicom.Storage.Local;

namespace CloudOptimizedDicom.Tests.Storage.Local;

public sealed class OpenedFileTests
{
    private string _directory = "";

    [SetUp]
    public void CreateDirectory() => _directory = Directory.CreateTempSubdirectory("cod-").FullName;

    [TearDown]
    public void DeleteDirectory() => Directory.Delete(_directory, recursive: true);

    [Test]
    public async Task TryDelete_Untouched_DeletesIt()
    {
        string path = Write("a", "bytes");
        using OpenedFile file = await OpenedFile.OpenAsync(path, CancellationToken.None);
        Assert.That(await file.ComputeCrc32cAsync(CancellationToken.None), Is.EqualTo(Crc32c.Compute("bytes"u8)));
        Assert.That(file.TryDelete(), Is.Null);
        Assert.That(path, Does.Not.Exist);
    }

    [Test]
    public async Task TryDelete_FolderOnTheWayIsALink_DeletesTheFileBehindIt()
    {
        string path = Write("a", "bytes");
        string link = Path.Combine(_directory, "link");
        Directory.CreateSymbolicLink(link, _directory);
        using OpenedFile file = await OpenedFile.OpenAsync(Path.Combine(link, "a"), CancellationToken.None);
        Assert.That(file.TryDelete(), Is.Null);
        Assert.That(path, Does.Not.Exist);
    }

    /// <summary>Between the proof and the deletion another file gets the name.</summary>
    [TestCase("renamed over")]
    [TestCase("folder becomes a link")]
    [TestCase("becomes a link to itself")]
    public async Task TryDelete_NameOfAnotherFile_KeepsThatFile(string how)
    {
        string folder = Directory.CreateDirectory(Path.Combine(_directory, "folder")).FullName;
        string path = Path.Combine(folder, "a");
        await File.WriteAllTextAsync(path, "bytes");
        using OpenedFile file = await OpenedFile.OpenAsync(path, CancellationToken.None);
        string moved = Path.Combine(_directory, "moved");
        switch (how)
        {
            case "renamed over":
                File.Move(Write("b", "other"), path, overwrite: true);
                break;
            case "folder becomes a link":
                Directory.Move(folder, moved);
                Directory.CreateSymbolicLink(folder, Directory.CreateDirectory(Path.Combine(_directory, "victims")).FullName);
                await File.WriteAllTextAsync(path, "bytes");
                break;
            default:
                File.Move(path, moved);
                File.CreateSymbolicLink(path, moved);
                break;
        }

        Assert.That(file.TryDelete(), Is.Not.Null);
        Assert.That(path, Does.Exist);
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task TryDelete_WrittenSinceItWasOpened_KeepsIt(bool restoresTime)
    {
        string path = Write("a", "bytes");
        using OpenedFile file = await OpenedFile.OpenAsync(path, CancellationToken.None);
        DateTime time = File.GetLastWriteTimeUtc(path);
        using (var writer = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            writer.WriteByte((byte)'B');
        }

        if (restoresTime)
        {
            File.SetLastWriteTimeUtc(path, time);
        }

        Assert.That(file.TryDelete(), Is.Not.Null);
        Assert.That(path, Does.Exist);
    }

    [Test]
    public void OpenAsync_LinksThatLeadInACircle_Fail()
    {
        string link = Path.Combine(_directory, "link");
        Directory.CreateSymbolicLink(link, "link");
        Assert.ThrowsAsync<IOException>(() => OpenedFile.OpenAsync(Path.Combine(link, "a"), CancellationToken.None));
        Assert.Throws<IOException>(() => FinalPath.OfEntry(Path.Combine(link, "a")));
    }

    private string Write(string name, string text)
    {
        string path = Path.Combine(_directory, name);
        File.WriteAllText(path, text);
        return path;
    }
}
