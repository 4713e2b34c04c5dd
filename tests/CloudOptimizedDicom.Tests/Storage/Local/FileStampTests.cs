using CloudOptimizedDicom.Storage.Local;

namespace CloudOptimizedDicom.Tests.Storage.Local;

public sealed class FileStampTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch.AddDays(20_000).AddMilliseconds(1);

    private string _directory = "";

    [SetUp]
    public void CreateDirectory() => _directory = Directory.CreateTempSubdirectory("cod-").FullName;

    [TearDown]
    public void DeleteDirectory() => Directory.Delete(_directory, recursive: true);

    [Test]
    public void Of_OpenFile_IsWhatStandsAtItsPath()
    {
        string path = Write("a", "bytes");
        using var handle = File.OpenHandle(path);
        FileStamp stamp = FileStamp.Of(handle);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(FileStamp.OfEntry(path), Is.EqualTo(stamp));
            Assert.That((stamp.Kind, stamp.SizeBytes), Is.EqualTo((EntryKind.File, 5L)));
            Assert.That(stamp.ModifiedNanoseconds / 100, Is.EqualTo((File.GetLastWriteTimeUtc(path) - DateTime.UnixEpoch).Ticks));
        }
    }

    [Test]
    public void OfEntry_EveryKind_IsTold()
    {
        string file = Write("a", "bytes");
        string link = Path.Combine(_directory, "link");
        File.CreateSymbolicLink(link, file);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(FileStamp.OfEntry(link)?.Kind, Is.EqualTo(EntryKind.Link));
            Assert.That(FileStamp.OfEntry(_directory)?.Kind, Is.EqualTo(EntryKind.Folder));
            Assert.That(FileStamp.OfEntry(Path.Combine(_directory, "none")), Is.Null);
            Assert.That(FileStamp.OfEntry(Path.Combine(file, "none")), Is.Null);
        }
    }

    /// <summary>The last write may be given any time; neither inode nor change time may.</summary>
    [Test]
    [Platform("Linux,MacOsX")]
    public void OfEntry_ReplacedByAFileOfTheSameSizeAndTime_IsAnother()
    {
        string path = Write("a", "old");
        File.SetLastWriteTimeUtc(path, DateTime.UnixEpoch.AddDays(1));
        FileStamp before = FileStamp.OfEntry(path)!.Value;
        string other = Write("b", "new");
        File.SetLastWriteTimeUtc(other, DateTime.UnixEpoch.AddDays(1));
        File.Move(other, path, overwrite: true);
        FileStamp after = FileStamp.OfEntry(path)!.Value;
        using (Assert.EnterMultipleScope())
        {
            Assert.That((after.SizeBytes, after.ModifiedNanoseconds), Is.EqualTo((before.SizeBytes, before.ModifiedNanoseconds)));
            Assert.That(after.Identity, Is.Not.EqualTo(before.Identity));
            Assert.That(after.ChangedNanoseconds, Is.Not.EqualTo(before.ChangedNanoseconds));
        }
    }

    // Ages in milliseconds; times without fractions of a second are those of a file system that keeps none.
    [TestCase(1, 0, ExpectedResult = 20)]
    [TestCase(1, 15, ExpectedResult = 5)]
    [TestCase(1, 20, ExpectedResult = 0)]
    [TestCase(1, -5, ExpectedResult = 25)]
    [TestCase(1, -86_400_000, ExpectedResult = 0)]
    [TestCase(0, 500, ExpectedResult = 1500)]
    [TestCase(0, 2000, ExpectedResult = 0)]
    public double TimeToSettle_FileOfSomeAge_IsTheRestOfATick(int fraction, int age)
    {
        long nanoseconds = ((Now.AddMilliseconds(-1) - DateTimeOffset.UnixEpoch).Ticks * 100) + (fraction * 1_000_000);
        var stamp = new FileStamp(EntryKind.File, default, 0, nanoseconds, nanoseconds);
        return stamp.TimeToSettle(Now.AddMilliseconds(age + fraction - 1)).TotalMilliseconds;
    }

    private string Write(string name, string text)
    {
        string path = Path.Combine(_directory, name);
        File.WriteAllText(path, text);
        return path;
    }
}
