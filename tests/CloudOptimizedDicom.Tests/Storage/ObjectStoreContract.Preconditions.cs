using System.Globalization;
using CloudOptimizedDicom.Storage;

namespace CloudOptimizedDicom.Tests.Storage;

public abstract partial class ObjectStoreContract
{
    [Test]
    public async Task Upload_OntoAnObjectThatMustNotExist_ChangesNothing()
    {
        ObjectInfo old = await Store.WriteAsync("name", "old", ObjectPrecondition.DoesNotExist);
        await AssertRefusedAsync(old, ObjectPrecondition.DoesNotExist);
    }

    [Test]
    public async Task Upload_OntoAnotherGeneration_ChangesNothing()
    {
        long replaced = (await Store.WriteAsync("name", "older")).Generation;
        ObjectInfo old = await Store.WriteAsync("name", "old", ObjectPrecondition.GenerationIs(replaced));
        await AssertRefusedAsync(old, ObjectPrecondition.GenerationIs(replaced));
        await AssertRefusedAsync(old, ObjectPrecondition.GenerationIs(old.Generation + 1));
    }

    [Test]
    public async Task Upload_OntoADeletedGeneration_CreatesNothing()
    {
        ObjectInfo deleted = await Store.WriteAsync("name");
        await Store.DeleteAsync("name", ObjectPrecondition.GenerationIs(deleted.Generation));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                () => Store.WriteAsync("name", "new", ObjectPrecondition.GenerationIs(deleted.Generation)),
                Throws.InstanceOf<PreconditionFailedException>());
            Assert.That(await Store.GetInfoAsync("name"), Is.Null);
            Assert.That(() => Store.WriteAsync("name", "new", ObjectPrecondition.DoesNotExist), Throws.Nothing);
        }
    }

    [Test]
    public async Task Upload_MadeAgain_IsFoundInsteadOfRefused()
    {
        var upload = ObjectUpload.FromMemory("text"u8.ToArray());
        ObjectInfo first = await Store.UploadAsync("name", upload, ObjectPrecondition.DoesNotExist);
        var copy = upload with { ContentType = "text/plain" };
        using (Assert.EnterMultipleScope())
        {
            Assert.That((await Store.UploadAsync("name", upload, ObjectPrecondition.DoesNotExist)).Generation, Is.EqualTo(first.Generation));
            Assert.That((await Store.UploadAsync("name", copy, ObjectPrecondition.DoesNotExist)).Generation, Is.EqualTo(first.Generation));
            Assert.That((await Store.GetInfoAsync("name"))?.Generation, Is.EqualTo(first.Generation));
        }
    }

    [Test]
    public async Task Upload_MadeAgainAfterAnotherOfTheSameBytes_IsRefused()
    {
        var upload = ObjectUpload.FromMemory("text"u8.ToArray());
        ObjectInfo first = await Store.UploadAsync("name", upload, ObjectPrecondition.DoesNotExist);
        await Store.WriteAsync("name", "text", ObjectPrecondition.GenerationIs(first.Generation));
        Assert.That(
            () => Store.UploadAsync("name", upload, ObjectPrecondition.DoesNotExist), Throws.InstanceOf<PreconditionFailedException>());
    }

    [Test]
    public async Task Delete_TheGenerationThatIsLive_LeavesOthers()
    {
        ObjectInfo info = await Store.WriteAsync("folder/name");
        await Store.WriteAsync("folder/other", "other");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(await Store.DeleteAsync("folder/name", ObjectPrecondition.GenerationIs(info.Generation)));
            Assert.That(await Store.GetInfoAsync("folder/name"), Is.Null);
            Assert.That(await Store.ReadAsync("folder/other"), Is.EqualTo("other"));
        }
    }

    [Test]
    public async Task ConditionalUploads_AtOnce_CountWithoutLoss()
    {
        await Store.WriteAsync("counter", "0");
        await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(async () =>
        {
            for (int done = 0; done < 10;)
            {
                done += await TryIncrementAsync("counter") ? 1 : 0;
            }
        })));
        Assert.That(await Store.ReadAsync("counter"), Is.EqualTo("160"));
    }

    [Test]
    public async Task Creations_AtOnce_OneWins()
    {
        bool[] won = await Task.WhenAll(Enumerable.Range(0, 16).Select(i => Task.Run(async () =>
        {
            try
            {
                await Store.WriteAsync("lock", $"{i}", ObjectPrecondition.DoesNotExist);
                return true;
            }
            catch (PreconditionFailedException)
            {
                return false;
            }
        })));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(won.Count(isWinner => isWinner), Is.EqualTo(1));
            Assert.That(await Store.ReadAsync("lock"), Is.EqualTo($"{Array.IndexOf(won, true)}"));
        }
    }

    [Test]
    public async Task UploadsAndDeletes_InOneFolderAtOnce_DoNotDisturbOneAnother()
    {
        await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(async () =>
        {
            for (int round = 0; round < 10; round++)
            {
                string name = $"a/b{i % 4}/c{i}";
                ObjectInfo info = await Store.WriteAsync(name, $"{i}", ObjectPrecondition.DoesNotExist);
                Assert.That(await Store.ReadAsync(name), Is.EqualTo($"{i}"));
                Assert.That(await Store.DeleteAsync(name, ObjectPrecondition.GenerationIs(info.Generation)));
            }
        })));
        Assert.That(await Store.ListNamesAsync(), Is.Empty);
    }

    private async Task AssertRefusedAsync(ObjectInfo live, ObjectPrecondition precondition)
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                () => Store.WriteAsync("name", "new", precondition),
                Throws.InstanceOf<PreconditionFailedException>().With.Property("Precondition").EqualTo(precondition));
            Assert.That(() => Store.DeleteAsync("name", precondition), Throws.InstanceOf<PreconditionFailedException>());
            Assert.That((await Store.GetInfoAsync("name"))?.Generation, Is.EqualTo(live.Generation));
            Assert.That(await Store.ReadAsync("name"), Is.EqualTo("old"));
        }
    }

    private async Task<bool> TryIncrementAsync(string name)
    {
        await using var content = (await Store.OpenReadAsync(name))!;
        int next = int.Parse(await content.ReadTextAsync(), CultureInfo.InvariantCulture) + 1;
        try
        {
            await Store.WriteAsync(name, $"{next}", ObjectPrecondition.GenerationIs(content.Info.Generation));
            return true;
        }
        catch (PreconditionFailedException)
        {
            return false;
        }
    }
}
