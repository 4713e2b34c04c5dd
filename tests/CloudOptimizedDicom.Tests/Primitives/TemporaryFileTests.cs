using System.Runtime.Versioning;

namespace CloudOptimizedDicom.Tests.Primitives;

public sealed class TemporaryFileTests
{
    private string _folder = "";

    [SetUp]
    public void CreateFolder() => _folder = Directory.CreateTempSubdirectory("cod-temporary-").FullName;

    [TearDown]
    public void DeleteFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    [UnsupportedOSPlatform("windows")]
    [Platform("Linux,MacOSX")]
    [UnsupportedOSPlatform("windows")]
    public void Create_File_HasNoNameAndIsItsOwners()
    {
        using FileStream file = TemporaryFile.Create(_folder);
        file.Write("text"u8);
        byte[] read = new byte[4];
        RandomAccess.Read(file.SafeFileHandle, read, fileOffset: 0);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Directory.EnumerateFileSystemEntries(_folder), Is.Empty);
            Assert.That(read, Is.EqualTo("text"u8.ToArray()));
            Assert.That(File.GetUnixFileMode(file.SafeFileHandle), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
        }
    }

    [Test]
    public void Delete_LeftoversOfADirectory_AreThoseOfDeadProcessesOnly()
    {
        string scratch = Write("cod-00112233445566778899aabbccddeeff.tmp", "", isOld: true);
        string archive = Write("00112233445566778899aabbccddeeff.tar", "instances/1.2.dcm", isOld: true);
        string young = Write("cod-10112233445566778899aabbccddeeff.tmp", "", isOld: false);
        string held = Write("cod-20112233445566778899aabbccddeeff.tmp", "", isOld: true);
        string foreign = Write("d41d8cd98f00b204e9800998ecf8427e.tar", "photos/1.jpg", isOld: true);
        string other = Write("cod-notes.tmp", "", isOld: true);
        using (new FileStream(held, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete))
        {
            ScratchLeftovers.Delete(_folder, DateTime.UtcNow - TimeSpan.FromHours(1));
        }

        using (Assert.EnterMultipleScope())
        {
            Assert.That(Directory.EnumerateFiles(_folder), Is.EquivalentTo(new[] { young, held, foreign, other }));
            Assert.That((File.Exists(scratch), File.Exists(archive)), Is.EqualTo((false, false)));
        }
    }

    [Test]
    public void DeletePartial_FolderOfTheUser_LosesOnlyWhatWasNotWrittenToTheEnd()
    {
        Write("1.2.dcm.00112233445566778899aabbccddeeff.partial", "", isOld: true);
        string[] kept =
        [
            Write("1.2.dcm.10112233445566778899aabbccddeeff.partial", "", isOld: false),
            Write("00112233445566778899aabbccddeeff.tar", "instances/1.2.dcm", isOld: true),
            Write("1.2.dcm.partial", "", isOld: true),
        ];
        ScratchLeftovers.DeletePartial(_folder, DateTime.UtcNow - TimeSpan.FromHours(1));
        Assert.That(Directory.EnumerateFiles(_folder), Is.EquivalentTo(kept));
    }

    private string Write(string name, string content, bool isOld)
    {
        string path = Path.Combine(_folder, name);
        File.WriteAllText(path, content);
        File.SetLastWriteTimeUtc(path, DateTime.UtcNow - TimeSpan.FromHours(isOld ? 2 : 0));
        return path;
    }
}
