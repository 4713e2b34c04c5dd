using CloudOptimizedDicom.Testing.Objects;

namespace CloudOptimizedDicom.Testing.Tests.Objects;

internal sealed class GcsObjectCoreTests
{
    private string _root = "";

    [SetUp]
    public void ChooseRoot() => _root = Path.Join(Path.GetTempPath(), $"gcs-core-{Guid.NewGuid():N}");

    [TearDown]
    public void DeleteRoot()
    {
        if (Directory.Exists(_root))
        {
            Directory.Delete(_root, recursive: true);
        }
    }

    [Test]
    public async Task Insert_InADirectory_OutlivesTheProcess()
    {
        GcsObject kept;
        using (GcsObjectCore core = OpenRoot())
        {
            await InsertAsync(core, "old/ü", "older");
            kept = await InsertAsync(core, "old/ü", "newer");
            kept = core.Patch("bucket", "old/ü", old => old with { Metadata = new Dictionary<string, string> { ["k"] = "v" } }, GcsConditions.None);
            await InsertAsync(core, "gone", "text");
            core.Delete("bucket", "gone", GcsConditions.None);
        }

        await File.WriteAllTextAsync(Path.Join(_root, "unfinished.blob"), "left by a crash");
        using GcsObjectCore again = OpenRoot();
        GcsObject found = again.Get("bucket", "old/ü", GcsConditions.None);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(found.Generation, Is.EqualTo(kept.Generation));
            Assert.That(found.Metageneration, Is.EqualTo(2));
            Assert.That(found.Attributes.Metadata["k"], Is.EqualTo("v"));
            Assert.That(found.ETag, Is.EqualTo(kept.ETag));
            Assert.That(Read(again, "old/ü"), Is.EqualTo("newer"));
            Assert.That(again.Find("bucket", "gone"), Is.Null);
            Assert.That(Directory.GetFiles(_root), Has.Length.EqualTo(2));
            Assert.That((await InsertAsync(again, "old/ü", "newest")).Generation, Is.GreaterThan(kept.Generation));
        }
    }

    [Test]
    public async Task Insert_AboveTheLimitOfMemory_IsTheSame()
    {
        string text = new('x', 100_000);
        using var core = new GcsObjectCore(new GcsObjectCoreOptions { MaxMemoryBytes = 1000 });
        GcsObject info = await InsertAsync(core, "a", text);
        Assert.That(Read(core, "a"), Is.EqualTo(text));
        Assert.That(info.Crc32c, Is.EqualTo(Crc32c.Compute(System.Text.Encoding.UTF8.GetBytes(text))));
    }

    [TestCase(0)]
    [TestCase(1 << 20)]
    public async Task OpenRead_ObjectThatIsThenOverwritten_GoesOnWithTheOldBytes(int maxMemoryBytes)
    {
        using var core = new GcsObjectCore(new GcsObjectCoreOptions { MaxMemoryBytes = maxMemoryBytes });
        await InsertAsync(core, "a", "older");
        using var reader = new StreamReader(core.OpenRead("bucket", "a", GcsConditions.None).Content);
        await InsertAsync(core, "a", "newer");
        Assert.That(await reader.ReadToEndAsync(), Is.EqualTo("older"));
        Assert.That(Read(core, "a"), Is.EqualTo("newer"));
    }

    [Test]
    public async Task Insert_ManyWritersUnderOneCondition_OnlyOneWins()
    {
        using var core = new GcsObjectCore();
        var mustNotExist = new GcsConditions { IfGenerationMatch = 0 };
        int[] statuses = await Task.WhenAll(Enumerable.Range(0, 16).Select(writer => Task.Run(async () =>
        {
            try
            {
                await core.InsertAsync("bucket", "a", new MemoryStream([(byte)writer]), attributes: null, mustNotExist);
                return 200;
            }
            catch (GcsErrorException error)
            {
                return error.Status;
            }
        })));
        Assert.That(statuses.Order(), Is.EqualTo([200, .. Enumerable.Repeat(412, 15)]));
    }

    private GcsObjectCore OpenRoot() => new(new GcsObjectCoreOptions { RootDirectory = _root });

    private static Task<GcsObject> InsertAsync(GcsObjectCore core, string name, string text) =>
        core.InsertAsync("bucket", name, new MemoryStream(System.Text.Encoding.UTF8.GetBytes(text)));

    private static string Read(GcsObjectCore core, string name)
    {
        using var reader = new StreamReader(core.OpenRead("bucket", name, GcsConditions.None).Content);
        return reader.ReadToEnd();
    }
}
