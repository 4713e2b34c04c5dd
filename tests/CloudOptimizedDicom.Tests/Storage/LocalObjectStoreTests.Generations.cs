using CloudOptimizedDicom.Storage;

namespace CloudOptimizedDicom.Tests.Storage;

public sealed partial class LocalObjectStoreTests
{
    private static readonly DateTimeOffset Noon = new(2024, 5, 6, 12, 0, 0, TimeSpan.Zero);

    [Test]
    public async Task ForeignDirectory_OpensAsItIs()
    {
        await WriteFileAsync("studies/1/series/2.tar", "tar");
        await WriteFileAsync("studies/1/series/2/metadata.json", "{}");
        File.SetLastWriteTimeUtc(PathOf("studies/1/series/2.tar"), DateTime.UnixEpoch);
        ObjectInfo tar = (await Store.GetInfoAsync("studies/1/series/2.tar"))!;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(tar.Generation, Is.Positive);
            Assert.That(tar.SizeBytes, Is.EqualTo(3));
            Assert.That(tar.Crc32c, Is.Null);
            Assert.That(tar.Metadata, Is.Empty);
            Assert.That(await Store.ReadAsync("studies/1/series/2/metadata.json"), Is.EqualTo("{}"));
            Assert.That(
                await Store.ListNamesAsync(), Is.EqualTo(new[] { "studies/1/series/2.tar", "studies/1/series/2/metadata.json" }));
            Assert.That(
                () => Store.WriteAsync("studies/1/series/2.tar", "more", ObjectPrecondition.DoesNotExist),
                Throws.InstanceOf<PreconditionFailedException>());
            Assert.That(
                (await Store.WriteAsync("studies/1/series/2.tar", "more", ObjectPrecondition.GenerationIs(tar.Generation))).Generation,
                Is.GreaterThan(tar.Generation));
        }
    }

    [Test]
    public async Task ExternalModification_IsANewGeneration()
    {
        ObjectInfo old = await Store.WriteAsync("name", "old");
        await File.WriteAllTextAsync(PathOf("name"), "new");
        ObjectInfo info = (await Store.GetInfoAsync("name"))!;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(info.Generation, Is.Not.EqualTo(old.Generation));
            Assert.That(info.Crc32c, Is.Null);
            Assert.That(await Store.ReadAsync("name"), Is.EqualTo("new"));
            Assert.That(
                () => Store.WriteAsync("name", "newer", ObjectPrecondition.GenerationIs(old.Generation)),
                Throws.InstanceOf<PreconditionFailedException>());
        }
    }

    [Test]
    public async Task Read_BytesThatChangedBelowTheStore_AreFoundOutAtTheLastRead()
    {
        await Store.WriteAsync("name", "0123456789");
        DateTime time = File.GetLastWriteTimeUtc(PathOf("name"));
        await File.WriteAllTextAsync(PathOf("name"), "012345678X");
        File.SetLastWriteTimeUtc(PathOf("name"), time);
        await using var content = (await Store.OpenReadAsync("name"))!;
        await content.Content.ReadExactlyAsync(new byte[9]);
        Assert.That(async () => await content.Content.ReadExactlyAsync(new byte[1]), Throws.InstanceOf<ChecksumMismatchException>());
    }

    [TestCase("")]
    [TestCase("{\"name\":")]
    [TestCase("[]")]
    [TestCase("null")]
    [TestCase("{\"name\":null}")]
    [TestCase("{\"name\":[null]}")]
    [TestCase("{\"name\":[{\"generation\":9223372036854775807,\"sizeBytes\":1,\"crc32c\":1}]}")]
    public async Task SideFile_Damaged_ObjectsAreOnlyLessKnown(string damage)
    {
        ObjectInfo written = await Store.WriteAsync("folder/name", "text");
        await File.WriteAllTextAsync(PathOf("folder/.objects.json"), damage);
        ObjectInfo info = (await Store.GetInfoAsync("folder/name"))!;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(info.Generation, Is.EqualTo(written.Generation));
            Assert.That(info.Crc32c, Is.Null);
            Assert.That(await Store.ReadAsync("folder/name"), Is.EqualTo("text"));
            Assert.That((await Store.WriteAsync("folder/name", "new")).Generation, Is.GreaterThan(written.Generation));
            Assert.That((await Store.GetInfoAsync("folder/name"))?.Crc32c, Is.EqualTo(Crc32c.Compute("new"u8)));
        }
    }

    [Test]
    public async Task Generation_ClockThatStandsOrGoesBack_StillGrows()
    {
        var time = new ManualTimeProvider(Noon);
        await using var store = new LocalObjectStore(_root, new LocalObjectStoreOptions { TimeProvider = time });
        List<long> generations = [];
        for (int i = 0; i < 3; i++)
        {
            generations.Add((await store.WriteAsync("folder/name")).Generation);
            generations.Add((await store.WriteAsync("folder/name")).Generation);
            await store.DeleteAsync("folder/name", ObjectPrecondition.None);
            time.Now -= TimeSpan.FromDays(1);
        }

        using (Assert.EnterMultipleScope())
        {
            Assert.That(generations, Is.Ordered.Ascending.And.Unique);
            Assert.That(generations[0], Is.EqualTo(Noon.ToUnixTimeMilliseconds() * 1000));
            Assert.That(Directory.Exists(PathOf("folder")), Is.False);
        }
    }

    [Test]
    public async Task Generation_FileDeletedByOthers_StillGrows()
    {
        var time = new ManualTimeProvider(Noon);
        await using var store = new LocalObjectStore(_root, new LocalObjectStoreOptions { TimeProvider = time });
        long first = (await store.WriteAsync("folder/name")).Generation;
        await store.WriteAsync("folder/other");
        File.Delete(PathOf("folder/name"));
        time.Now -= TimeSpan.FromDays(1);
        await store.WriteAsync("folder/other");
        Assert.That((await store.WriteAsync("folder/name")).Generation, Is.GreaterThan(first));
    }

    [Test]
    public async Task Generation_ForeignFileOfALaterTimeDeleted_StillGrows()
    {
        var time = new ManualTimeProvider(Noon);
        await using var store = new LocalObjectStore(_root, new LocalObjectStoreOptions { TimeProvider = time });
        await WriteFileAsync("folder/name", "foreign");
        File.SetLastWriteTimeUtc(PathOf("folder/name"), Noon.UtcDateTime.AddDays(1));
        long foreign = (await store.GetInfoAsync("folder/name"))!.Generation;
        await store.DeleteAsync("folder/name", ObjectPrecondition.GenerationIs(foreign));
        Assert.That((await store.WriteAsync("folder/name")).Generation, Is.GreaterThan(foreign));
    }

    [Test]
    public async Task Times_AreTheClocks()
    {
        var time = new ManualTimeProvider(Noon);
        await using var store = new LocalObjectStore(_root, new LocalObjectStoreOptions { TimeProvider = time });
        await store.WriteAsync("name");
        time.Now += TimeSpan.FromMinutes(5);
        ObjectInfo info = (await store.GetInfoAsync("name"))!;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(info.TimeCreated, Is.EqualTo(Noon));
            Assert.That(info.TimeAnswered, Is.EqualTo(time.Now));
        }
    }
}
