using CloudOptimizedDicom.Tests.Storage;

namespace CloudOptimizedDicom.Tests.Instances.Sources;

[Platform("Linux,MacOSX")]
public sealed class InstanceFolderTests
{
    private string _folder = "";

    [SetUp]
    public void CreateFolder() => _folder = Directory.CreateTempSubdirectory("cod-folder-").FullName;

    [TearDown]
    public void DeleteFolder() => SpecialFiles.Delete(_folder);

    [Test]
    public void Read_FoldersInFolders_GivesTheirFilesInOrderOfTheirPaths()
    {
        string[] files = [.. ((string[])["a", "a-b/x", "a.d/c/y", "b/z", "é"]).Select(name => Path.Combine(_folder, name))];
        foreach (string file in files.Reverse())
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, "");
        }

        var found = InstanceFolder.Read(_folder);
        Assert.That((found.Files, found.Errors.Count, found.OtherFiles), Is.EqualTo((files, 0, 0)));
    }

    [Test]
    public void Read_LinksThatLeadBack_ReadsEachFolderOnce()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "a", "b"));
        File.WriteAllText(Path.Combine(_folder, "a", "b", "file"), "");
        Directory.CreateSymbolicLink(Path.Combine(_folder, "a", "up"), _folder);
        Directory.CreateSymbolicLink(Path.Combine(_folder, "a", "b", "here"), ".");
        File.CreateSymbolicLink(Path.Combine(_folder, "self"), "self");
        var found = InstanceFolder.Read(_folder);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(found.Files, Is.EqualTo(new[] { Path.Combine(_folder, "a", "b", "file") }));
            Assert.That(found.Errors.Select(error => error.Uri), Is.EqualTo(new[] { Path.Combine(_folder, "self") }));
        }
    }

    [Test]
    public void Read_LinkToAFolderElsewhere_IsFollowed()
    {
        string elsewhere = Directory.CreateTempSubdirectory("cod-folder-").FullName;
        File.WriteAllText(Path.Combine(elsewhere, "file"), "");
        Directory.CreateSymbolicLink(Path.Combine(_folder, "link"), elsewhere);
        var found = InstanceFolder.Read(_folder);
        Directory.Delete(elsewhere, recursive: true);
        Assert.That(found.Files, Is.EqualTo(new[] { Path.Combine(_folder, "link", "file") }));
    }

    [Test]
    public void Read_Fifo_IsPassedOverAndCounted()
    {
        SpecialFiles.CreateFifo(Path.Combine(_folder, "fifo"));
        File.WriteAllText(Path.Combine(_folder, "file"), "");
        var found = InstanceFolder.Read(_folder);
        Assert.That((found.Files.Count, found.OtherFiles), Is.EqualTo((1, 1)));
    }

    [Test]
    [Platform("Linux", Reason = "macOS refuses names that are not UTF-8")]
    public void Read_NameThatIsNotUtf8_IsAnErrorThatNamesIt()
    {
        SpecialFiles.CreateLatinName(_folder);
        File.WriteAllText(Path.Combine(_folder, "file"), "");
        var found = InstanceFolder.Read(_folder);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(found.Files.Select(Path.GetFileName), Is.EqualTo(new[] { "file" }));
            Assert.That(found.Errors.Select(error => error.Uri), Is.EqualTo(new[] { Path.Combine(_folder, @"a\xE9.dcm") }));
            Assert.That(found.Errors[0].Message, Does.Contain("not UTF-8"));
        }
    }

    [Test]
    public void Read_PathLongerThanTheSystemTakes_CostsNoOtherFile()
    {
        SpecialFiles.CreateTooDeep(_folder);
        File.WriteAllText(Path.Combine(_folder, "file"), "");
        var found = InstanceFolder.Read(_folder);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(found.Files.Select(Path.GetFileName), Is.EqualTo(new[] { "file" }));
            Assert.That(found.Errors, Has.Count.EqualTo(1));
            Assert.That(found.Errors[0].InnerException, Is.InstanceOf<PathTooLongException>());
        }
    }

    [Test]
    public void Read_FolderThatIsNotThere_IsAnError()
    {
        var found = InstanceFolder.Read(Path.Combine(_folder, "none"));
        Assert.That(found.Errors.Select(error => error.InnerException), Is.All.InstanceOf<DirectoryNotFoundException>().Or.InstanceOf<FileNotFoundException>());
        Assert.That(found.Errors, Has.Count.EqualTo(1));
    }

    [Test]
    public void Read_Cancelled_Ends() =>
        Assert.That(() => InstanceFolder.Read(_folder, new CancellationToken(canceled: true)), Throws.InstanceOf<OperationCanceledException>());
}
