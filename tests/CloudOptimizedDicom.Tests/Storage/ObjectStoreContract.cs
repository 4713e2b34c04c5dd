using CloudOptimizedDicom.Storage;

namespace CloudOptimizedDicom.Tests.Storage;

/// <summary>What every store of objects does. A fixture per store derives from it; each test has an empty store.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public abstract partial class ObjectStoreContract
{
    private IObjectStore? _store;

    protected IObjectStore Store => _store!;

    protected abstract Task<IObjectStore> CreateStoreAsync();

    [SetUp]
    public async Task OpenStoreAsync() => _store = await CreateStoreAsync();

    [TearDown]
    public async Task CloseStoreAsync() => await Store.DisposeAsync();

    [Test]
    public async Task AbsentObject_IsAnAnswer()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(await Store.GetInfoAsync("absent"), Is.Null);
            Assert.That(await Store.OpenReadAsync("folder/absent"), Is.Null);
            Assert.That(await Store.OpenReadAsync("absent", new ObjectReadOptions { Range = new ByteRange(5, 5) }), Is.Null);
            Assert.That(await Store.OpenReadAsync("absent", new ObjectReadOptions { IfGenerationMatch = 17 }), Is.Null);
            Assert.That(await Store.DeleteAsync("absent", ObjectPrecondition.None), Is.False);
            Assert.That(await Store.DeleteAsync("absent", ObjectPrecondition.GenerationIs(17)), Is.False);
            Assert.That(await Store.ListNamesAsync(), Is.Empty);
        }
    }

    [Test]
    public async Task Upload_NewObject_IsTold()
    {
        var upload = ObjectUpload.FromMemory("{}"u8.ToArray()) with
        {
            ContentType = "application/json",
            ContentEncoding = "gzip",
            Metadata = new Dictionary<string, string> { ["number"] = "7", ["note"] = "a b=c" },
        };
        ObjectInfo uploaded = await Store.UploadAsync("a/b.json", upload, ObjectPrecondition.DoesNotExist);
        ObjectInfo? asked = await Store.GetInfoAsync("a/b.json");
        using (Assert.EnterMultipleScope())
        {
            foreach (ObjectInfo? info in new[] { uploaded, asked })
            {
                Assert.That(info?.Name, Is.EqualTo("a/b.json"));
                Assert.That(info?.Generation, Is.Positive.And.EqualTo(uploaded.Generation));
                Assert.That(info?.SizeBytes, Is.EqualTo(2));
                Assert.That(info?.Crc32c, Is.EqualTo(Crc32c.Compute("{}"u8)));
                Assert.That(info?.ContentType, Is.EqualTo("application/json"));
                Assert.That(info?.ContentEncoding, Is.EqualTo("gzip"));
                Assert.That(info?.Metadata, Is.EquivalentTo(upload.Metadata));
                Assert.That(info?.UploadId, Is.EqualTo(upload.UploadId));
                Assert.That(info?.TimeCreated, Is.EqualTo(uploaded.TimeCreated));
                Assert.That(info?.TimeAnswered, Is.EqualTo(uploaded.TimeCreated).Within(TimeSpan.FromMinutes(10)));
            }
        }
    }

    [Test]
    public async Task Upload_SameNameAgain_ReplacesAllOfTheObject()
    {
        var old = ObjectUpload.FromMemory("old bytes"u8.ToArray()) with { Metadata = new Dictionary<string, string> { ["of"] = "old" } };
        await Store.UploadAsync("name", old, ObjectPrecondition.None);
        await Store.WriteAsync("name", "new");
        ObjectInfo? info = await Store.GetInfoAsync("name");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(await Store.ReadAsync("name"), Is.EqualTo("new"));
            Assert.That(info?.Metadata, Is.Empty);
            Assert.That(info?.Crc32c, Is.EqualTo(Crc32c.Compute("new"u8)));
        }
    }

    [Test]
    public async Task Generation_OverwrittenAndDeletedObject_AlwaysGrows()
    {
        List<long> generations = [];
        for (int i = 0; i < 4; i++)
        {
            generations.Add((await Store.WriteAsync("name", "same")).Generation);
            generations.Add((await Store.WriteAsync("name", "same")).Generation);
            await Store.DeleteAsync("name", ObjectPrecondition.None);
        }

        Assert.That(generations, Is.Ordered.Ascending.And.Unique);
    }

    [TestCase("a name with spaces")]
    [TestCase("ünïcode/日本語/😀")]
    [TestCase("100%/%2F%20/a%")]
    [TestCase("a#b+c&d=e;f,g")]
    [TestCase("what?x=1", ExcludePlatform = "Win")]
    [TestCase("folder/.gradient.lock")]
    [TestCase("studies/1.2/series/1.2.3.tar")]
    [TestCase("studies/1.2/series/1.2.3/metadata.json")]
    public async Task Name_OfAllKinds_IsKept(string name)
    {
        await Store.WriteAsync(name, name);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(await Store.ReadAsync(name), Is.EqualTo(name));
            Assert.That((await Store.GetInfoAsync(name))?.Name, Is.EqualTo(name));
            Assert.That(await Store.ListNamesAsync(), Is.EqualTo(new[] { name }));
            Assert.That(await Store.DeleteAsync(name, ObjectPrecondition.None));
            Assert.That(await Store.ReadAsync(name), Is.Null);
        }
    }

    [Test]
    public async Task Upload_OtherBytesThanAnnounced_AreRefusedAndTheOldObjectStays()
    {
        ObjectInfo old = await Store.WriteAsync("name", "old");
        string path = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(path, "new");
            uint crc32c = Crc32c.Compute("new"u8);
            foreach (var wrong in new[]
            {
                ObjectUpload.FromFile(path, 3, crc32c + 1),
                ObjectUpload.FromFile(path, 2, crc32c),
                ObjectUpload.FromFile(path, 4, crc32c),
            })
            {
                Assert.That(
                    () => Store.UploadAsync("name", wrong, ObjectPrecondition.None),
                    Throws.InstanceOf<ChecksumMismatchException>().With.Property("Expected").EqualTo(wrong.Crc32c));
            }
        }
        finally
        {
            File.Delete(path);
        }

        using (Assert.EnterMultipleScope())
        {
            Assert.That((await Store.GetInfoAsync("name"))?.Generation, Is.EqualTo(old.Generation));
            Assert.That(await Store.ReadAsync("name"), Is.EqualTo("old"));
        }
    }

    [Test]
    public async Task Upload_LargeObject_IsStreamed()
    {
        const int SizeBytes = 64 << 20;
        string path = Path.GetTempFileName();
        try
        {
            byte[] part = new byte[1 << 20];
            new Random(1).NextBytes(part);
            Crc32c crc32c = default;
            await using (var file = File.Create(path))
            {
                for (int written = 0; written < SizeBytes; written += part.Length)
                {
                    await file.WriteAsync(part);
                    crc32c.Append(part);
                }
            }

            long before = GC.GetTotalAllocatedBytes();
            await Store.UploadAsync("large", ObjectUpload.FromFile(path, SizeBytes, crc32c.Value), ObjectPrecondition.None);
            await using var content = (await Store.OpenReadAsync("large"))!;
            await content.Content.CopyToAsync(Stream.Null);
            using (Assert.EnterMultipleScope())
            {
                Assert.That(content.Info.Crc32c, Is.EqualTo(crc32c.Value));
                Assert.That(GC.GetTotalAllocatedBytes() - before, Is.LessThan(SizeBytes / 2));
            }
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Test]
    public void AnyCall_CancelledToken_DoesNothing()
    {
        var cancelled = new CancellationToken(canceled: true);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(() => Store.GetInfoAsync("name", cancelled), Throws.InstanceOf<OperationCanceledException>());
            Assert.That(() => Store.OpenReadAsync("name", null, cancelled), Throws.InstanceOf<OperationCanceledException>());
            Assert.That(
                () => Store.UploadAsync("name", ObjectUpload.FromMemory(default), ObjectPrecondition.None, cancelled),
                Throws.InstanceOf<OperationCanceledException>());
            Assert.That(
                () => Store.DeleteAsync("name", ObjectPrecondition.None, cancelled), Throws.InstanceOf<OperationCanceledException>());
            Assert.That(
                async () => await Store.ListAsync("", "", cancelled).AnyAsync(CancellationToken.None),
                Throws.InstanceOf<OperationCanceledException>());
            Assert.That(() => Store.GetInfoAsync("name"), Is.Null);
        }
    }

    [Test]
    public async Task Read_CancelledOnTheWay_Ends()
    {
        await Store.WriteAsync("name", new string('x', 1 << 20));
        using var cancellation = new CancellationTokenSource();
        await using var content = (await Store.OpenReadAsync("name", null, cancellation.Token))!;
        byte[] buffer = new byte[1000];
        await content.Content.ReadExactlyAsync(buffer, cancellation.Token);
        await cancellation.CancelAsync();
        Assert.That(
            async () => await content.Content.ReadExactlyAsync(buffer, cancellation.Token),
            Throws.InstanceOf<OperationCanceledException>());
    }
}
