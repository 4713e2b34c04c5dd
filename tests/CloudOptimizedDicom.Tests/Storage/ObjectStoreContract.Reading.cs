using CloudOptimizedDicom.Storage;

namespace CloudOptimizedDicom.Tests.Storage;

public abstract partial class ObjectStoreContract
{
    [TestCase(0, 1, "0")]
    [TestCase(3, 4, "3456")]
    [TestCase(9, 1, "9")]
    [TestCase(0, 10, "0123456789")]
    [TestCase(7, 100, "789")]
    [TestCase(0, long.MaxValue, "0123456789")]
    public async Task Read_Range_IsCutAtTheEndOfTheObject(long offset, long length, string expected)
    {
        await Store.WriteAsync("name", "0123456789");
        var options = new ObjectReadOptions { Range = new ByteRange(offset, length) };
        await using var content = (await Store.OpenReadAsync("name", options))!;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(await content.ReadTextAsync(), Is.EqualTo(expected));
            Assert.That(content.Range, Is.EqualTo(new ByteRange(offset, expected.Length)));
            Assert.That(content.Info.SizeBytes, Is.EqualTo(10));
        }
    }

    [TestCase("0123456789", 10)]
    [TestCase("0123456789", 11)]
    [TestCase("", 0)]
    public async Task Read_RangeBehindTheEnd_IsRefused(string text, long offset)
    {
        await Store.WriteAsync("name", text);
        var options = new ObjectReadOptions { Range = new ByteRange(offset, 1) };
        Assert.That(() => Store.OpenReadAsync("name", options), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public async Task Read_EmptyObject_HasNoBytes()
    {
        await Store.WriteAsync("name", "");
        await using var content = (await Store.OpenReadAsync("name"))!;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(await content.ReadTextAsync(), Is.Empty);
            Assert.That(content.Range, Is.EqualTo(new ByteRange(0, 0)));
            Assert.That((await Store.GetInfoAsync("name"))?.Crc32c, Is.Zero);
        }
    }

    [Test]
    public async Task Read_GenerationThatIsLive_IsRead()
    {
        ObjectInfo info = await Store.WriteAsync("name", "text");
        await using var content = (await Store.OpenReadAsync("name", new ObjectReadOptions { IfGenerationMatch = info.Generation }))!;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(await content.ReadTextAsync(), Is.EqualTo("text"));
            Assert.That(content.Info.Generation, Is.EqualTo(info.Generation));
            Assert.That(content.IsNotModified, Is.False);
        }
    }

    [Test]
    public async Task Read_GenerationThatWasReplaced_IsRefused()
    {
        long replaced = (await Store.WriteAsync("name", "old")).Generation;
        await Store.WriteAsync("name", "new");
        Assert.That(
            () => Store.OpenReadAsync("name", new ObjectReadOptions { IfGenerationMatch = replaced, Range = new ByteRange(1, 1) }),
            Throws.InstanceOf<PreconditionFailedException>().With.Property("Precondition")
                .EqualTo(ObjectPrecondition.GenerationIs(replaced)));
    }

    [Test]
    public async Task Read_GenerationThatIsKnown_IsNotModified()
    {
        ObjectInfo old = await Store.WriteAsync("name", "old");
        var options = new ObjectReadOptions { IfGenerationNotMatch = old.Generation };
        await using (var content = (await Store.OpenReadAsync("name", options))!)
        {
            Assert.That(content.IsNotModified);
            Assert.That(await content.ReadTextAsync(), Is.Empty);
        }

        await Store.WriteAsync("name", "new");
        Assert.That(await Store.ReadAsync("name", options), Is.EqualTo("new"));
    }

    [Test]
    public async Task Read_ObjectReplacedMeanwhile_IsTheOldOneOrAnError()
    {
        const int SizeBytes = 8 << 20;
        await Store.WriteAsync("name", new string('o', SizeBytes));
        await using var content = (await Store.OpenReadAsync("name"))!;
        byte[] start = new byte[1000];
        await content.Content.ReadExactlyAsync(start);
        await Store.WriteAsync("name", new string('n', SizeBytes));

        string rest;
        try
        {
            rest = await content.ReadTextAsync();
        }
        catch (ObjectStoreException)
        {
            return;
        }

        Assert.That(rest, Is.EqualTo(new string('o', SizeBytes - start.Length)));
    }

    [Test]
    public async Task Read_WhileOthersWrite_IsOneObjectWhole()
    {
        const int SizeBytes = 300_000;
        await Store.WriteAsync("name", new string('0', SizeBytes));
        Task writing = Task.Run(async () =>
        {
            for (int i = 1; i < 30; i++)
            {
                var upload = ObjectUpload.FromMemory(Enumerable.Repeat((byte)('0' + i), SizeBytes).ToArray()) with
                {
                    Metadata = new Dictionary<string, string> { ["letter"] = ((char)('0' + i)).ToString() },
                };
                await Store.UploadAsync("name", upload, ObjectPrecondition.None);
            }
        });
        while (!writing.IsCompleted)
        {
            await using var content = (await Store.OpenReadAsync("name"))!;
            string text = await content.ReadTextAsync();
            ObjectInfo info = (await Store.GetInfoAsync("name"))!;
            Assert.That(text, Has.Length.EqualTo(SizeBytes));
            Assert.That(text.Distinct().Count(), Is.EqualTo(1));
            Assert.That(info.Metadata.GetValueOrDefault("letter", "0"), Is.GreaterThanOrEqualTo(text[..1]));
            Assert.That(info.Crc32c, Is.Not.Null);
        }

        await writing;
    }
}
