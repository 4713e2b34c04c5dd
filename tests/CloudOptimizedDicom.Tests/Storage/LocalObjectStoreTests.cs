using CloudOptimizedDicom.Storage;

namespace CloudOptimizedDicom.Tests.Storage;

public sealed partial class LocalObjectStoreTests : ObjectStoreContract
{
    private readonly string _root = Path.Join(Path.GetTempPath(), $"cod-{Guid.NewGuid():N}");

    [TearDown]
    public void DeleteRoot()
    {
        if (Directory.Exists(_root))
        {
            Directory.Delete(_root, recursive: true);
        }
    }

    protected override Task<IObjectStore> CreateStoreAsync() => Task.FromResult<IObjectStore>(new LocalObjectStore(_root));

    private LocalObjectStore Local => (LocalObjectStore)Store;

    private string PathOf(string name) => Path.Join(_root, name);

    private async Task WriteFileAsync(string name, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(PathOf(name))!);
        await File.WriteAllTextAsync(PathOf(name), text);
    }

    private IEnumerable<string> Leftovers() =>
        Directory.Exists(Local.StagingDirectory) ? Directory.EnumerateFiles(Local.StagingDirectory) : [];

    [Test]
    public async Task Root_ThatIsOnlyRead_IsNotCreated()
    {
        await AbsentObject_IsAnAnswer();
        Assert.That(Directory.Exists(_root), Is.False);
    }

    [TestCase("")]
    [TestCase("/a")]
    [TestCase("a/")]
    [TestCase("a//b")]
    [TestCase(".")]
    [TestCase("..")]
    [TestCase("a/../../b")]
    [TestCase("a/./b")]
    [TestCase(@"..\a")]
    [TestCase("a\nb")]
    [TestCase("a\0b")]
    [TestCase(".cod/locks/00")]
    [TestCase(".COD/x")]
    [TestCase("a/.objects.json")]
    public void Name_ThatWouldEscapeOrIsTheStoresOwn_IsRefused(string name)
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(() => Store.WriteAsync(name), Throws.InstanceOf<ArgumentException>());
            Assert.That(() => Store.ReadAsync(name), Throws.InstanceOf<ArgumentException>());
            Assert.That(() => Store.GetInfoAsync(name), Throws.InstanceOf<ArgumentException>());
            Assert.That(() => Store.DeleteAsync(name, ObjectPrecondition.None), Throws.InstanceOf<ArgumentException>());
            Assert.That(Directory.Exists(_root), Is.False);
        }
    }

    [Test]
    public void Name_ThatIsNoUnicode_IsRefused()
    {
        // Not a test case: an attribute would hold a character in its place.
        Assert.That(() => Store.WriteAsync("a\ud800b"), Throws.InstanceOf<ArgumentException>());
    }

    [Test]
    public async Task SymbolicLink_OutOfTheRoot_IsNotFollowed()
    {
        string outside = _root + "-outside";
        Directory.CreateDirectory(outside);
        try
        {
            await File.WriteAllTextAsync(Path.Join(outside, "secret"), "secret");
            await Store.WriteAsync("inside");
            Directory.CreateSymbolicLink(PathOf("link"), outside);
            File.CreateSymbolicLink(PathOf("file"), Path.Join(outside, "secret"));
            using (Assert.EnterMultipleScope())
            {
                Assert.That(await Store.ListNamesAsync(), Is.EqualTo(new[] { "inside" }));
                Assert.That(await Store.ListNamesAsync("link/"), Is.Empty);
                Assert.That(await Store.ReadAsync("link/secret"), Is.Null);
                Assert.That(await Store.ReadAsync("file"), Is.Null);
                Assert.That(await Store.DeleteAsync("link/secret", ObjectPrecondition.None), Is.False);
                Assert.That(() => Store.WriteAsync("link/new"), Throws.InstanceOf<ObjectRequestException>());
                Assert.That(Directory.EnumerateFileSystemEntries(outside).Count(), Is.EqualTo(1));
            }
        }
        finally
        {
            Directory.Delete(outside, recursive: true);
        }
    }

    [Test]
    public async Task List_OwnFiles_AreHidden()
    {
        string[] names = ["a", "studies/1/series/2.tar", "studies/1/series/2/.gradient.lock"];
        foreach (string name in names)
        {
            await Store.WriteAsync(name);
        }

        using (Assert.EnterMultipleScope())
        {
            Assert.That(await Store.ListNamesAsync(), Is.EqualTo(names));
            Assert.That(await Store.ListNamesAsync(".cod/"), Is.Empty);
            Assert.That(File.Exists(PathOf("studies/1/series/2/.objects.json")));
            Assert.That(File.Exists(PathOf("studies/1/series/.objects.json")), Is.False);
        }
    }

    [Test]
    public async Task List_FolderWithoutObjects_IsNoPrefix()
    {
        await Store.WriteAsync("series/2.tar");
        Directory.CreateDirectory(PathOf("empty/folder"));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(await Store.ListNamesAsync("", "/"), Is.EqualTo(new[] { "series/" }));
            Assert.That(await Store.ListNamesAsync("series/", "/"), Is.EqualTo(new[] { "series/2.tar" }));
        }
    }

    [Test]
    public async Task Delete_LastObject_LeavesOnlyWhatTheStoreNeeds()
    {
        string[] names = ["studies/1/series/2.tar", "studies/1/series/2/metadata.json"];
        foreach (string name in names)
        {
            await Store.WriteAsync(name);
        }

        foreach (string name in names)
        {
            await Store.DeleteAsync(name, ObjectPrecondition.None);
        }

        Assert.That(Directory.EnumerateFileSystemEntries(_root).Select(Path.GetFileName), Is.EqualTo(new[] { ".cod" }));
    }

    [Test]
    public async Task Upload_ObjectInTheWayOfAFolder_FailsClearly()
    {
        await Store.WriteAsync("a");
        Assert.That(
            () => Store.WriteAsync("a/b"),
            Throws.InstanceOf<ObjectRequestException>().With.Property("Operation").EqualTo("upload")
                .And.Property("Uri").EqualTo($"{_root}/a/b"));
    }
}
