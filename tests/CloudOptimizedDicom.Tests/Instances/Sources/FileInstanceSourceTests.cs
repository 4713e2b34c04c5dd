namespace CloudOptimizedDicom.Tests.Instances.Sources;

/// <summary>Files that somebody writes to while they are read.</summary>
public sealed class FileInstanceSourceTests
{
    private const int Bytes = 100_000;

    private string _path = "";

    [SetUp]
    public void CreateFile()
    {
        _path = Path.GetTempFileName();
        File.WriteAllBytes(_path, new byte[Bytes]);
    }

    [TearDown]
    public void DeleteFile() => File.Delete(_path);

    [Test]
    public async Task OpenAsync_FileAtRest_GivesAllOfIt()
    {
        Assert.That(await ReadAsync(() => { }), Is.EqualTo(Bytes));
    }

    [TestCase("rewritten in place")]
    [TestCase("rewritten and given its old time")]
    [TestCase("shorter")]
    [TestCase("longer")]
    [TestCase("shorter and as long again")]
    public void OpenAsync_ChangedWhileItIsRead_FailsAtTheEnd(string how)
    {
        SourceChangedException error = Assert.ThrowsAsync<SourceChangedException>(() => ReadAsync(() => Change(how)))!;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(error.ExpectedBytes, Is.EqualTo(Bytes));
            Assert.That(error.IsTransient, Is.True);
            Assert.That(error.Message, Does.Contain(_path));
        }
    }

    /// <summary>What was read is whole, but nobody can tell any more what happened to the file.</summary>
    [Test]
    [Platform("Linux,MacOsX")]
    public void OpenAsync_ReplacedWhileItIsRead_FailsAtTheEnd() => Assert.ThrowsAsync<SourceChangedException>(() => ReadAsync(() =>
    {
        File.WriteAllBytes($"{_path}.new", new byte[Bytes]);
        File.Move($"{_path}.new", _path, overwrite: true);
    }));

    private void Change(string how)
    {
        DateTime time = File.GetLastWriteTimeUtc(_path);
        using (var file = new FileStream(_path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            switch (how)
            {
                case "shorter":
                    file.SetLength(Bytes - 1);
                    break;
                case "longer":
                    file.SetLength(Bytes + 1);
                    break;
                case "shorter and as long again":
                    file.SetLength(0);
                    file.SetLength(Bytes);
                    break;
                default:
                    file.Seek(-1, SeekOrigin.End);
                    file.WriteByte(1);
                    break;
            }
        }

        if (how == "rewritten and given its old time")
        {
            File.SetLastWriteTimeUtc(_path, time);
        }
    }

    /// <summary>Reads a file in parts; after the first, something happens.</summary>
    private async Task<int> ReadAsync(Action happen)
    {
        await using SourceContent content = await new FileInstanceSource(_path).OpenAsync(CancellationToken.None);
        byte[] part = new byte[Bytes / 4];
        int total = await content.ReadAsync(part);
        happen();
        for (int read; (read = await content.ReadAsync(part)) > 0;)
        {
            total += read;
        }

        return total;
    }
}
