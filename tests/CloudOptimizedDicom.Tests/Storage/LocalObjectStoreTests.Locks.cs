using CloudOptimizedDicom.Storage;
using CloudOptimizedDicom.Storage.Local;
using CloudOptimizedDicom.Tests.Storage.Local;

namespace CloudOptimizedDicom.Tests.Storage;

public sealed partial class LocalObjectStoreTests
{
    /// <summary>.NET then takes no lock for <see cref="FileShare"/>, and does not say so.</summary>
    private static readonly Dictionary<string, string> WithoutLocksOfNet = new() { ["DOTNET_SYSTEM_IO_DISABLEFILELOCKING"] = "1" };

    [Test]
    public async Task FileSystem_WithoutLocks_IsOnlyRead()
    {
        await Store.WriteAsync("a/name");
        var steps = new RecordedSteps(_root) { Lock = () => throw new IOException("flock failed: Operation not supported") };
        await using var store = new LocalObjectStore(_root, new LocalObjectStoreOptions { Steps = steps });
        ObjectRequestException upload = Assert.ThrowsAsync<ObjectRequestException>(() => store.WriteAsync("a/name", "new"))!;
        ObjectRequestException delete = Assert.ThrowsAsync<ObjectRequestException>(() => store.DeleteAsync("a/name", ObjectPrecondition.None))!;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(upload.Message, Does.Contain(_root).And.Contain("Operation not supported").And.Contain("local disk"));
            Assert.That(new[] { upload.IsTransient, delete.IsTransient }, Is.All.False);
            Assert.That(await store.ReadAsync("a/name"), Is.EqualTo("bytes"));
            Assert.That(await store.ListNamesAsync(), Is.EqualTo(new[] { "a/name" }));
            Assert.That(Leftovers(), Is.Empty);
        }
    }

    [Test]
    public async Task FileSystem_WithLocksForEverybody_IsOnlyRead()
    {
        await Store.WriteAsync("name");
        using TestProcess process = TestProcess.Start(WithoutLocksOfNet, "write-unlocked", _root, "name");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(await process.ReadLineAsync(), Does.Contain(_root).And.Contain("a second handle got a lock that was held"));
            Assert.That(await process.WaitForExitAsync(), Is.Zero);
            Assert.That(await Store.ReadAsync("name"), Is.EqualTo("bytes"));
            Assert.That(Leftovers(), Is.Empty);
        }
    }

    [Test]
    public async Task Upload_ObjectThatOthersMakeWithoutOurLocks_IsNotReplaced([Values] bool mustNotExist)
    {
        var steps = new RecordedSteps(_root)
        {
            BeforeStep = step => (step.Kind == nameof(RecordedSteps.TryMoveToNew) ? WriteFileAsync("name", "of others") : Task.CompletedTask).Wait(),
        };
        await using var store = new LocalObjectStore(_root, new LocalObjectStoreOptions { Steps = steps });
        Task<ObjectInfo> upload = store.WriteAsync("name", "ours", mustNotExist ? ObjectPrecondition.DoesNotExist : ObjectPrecondition.None);
        if (mustNotExist)
        {
            Assert.That(async () => await upload, Throws.InstanceOf<PreconditionFailedException>());
            Assert.That(await store.ReadAsync("name"), Is.EqualTo("of others"));
        }
        else
        {
            Assert.That((await upload).Generation, Is.EqualTo((await store.GetInfoAsync("name"))?.Generation));
            Assert.That(await store.ReadAsync("name"), Is.EqualTo("ours"));
        }

        Assert.That(Leftovers(), Is.Empty);
    }

    [Test]
    public async Task Upload_DirectoryInTheWayOfAnObject_FailsClearly()
    {
        await WriteFileAsync("name/file", "text");
        Assert.That(
            () => Store.WriteAsync("name"), Throws.InstanceOf<ObjectRequestException>().With.Message.Contain("something that is no object has the name"));
    }

    [Test]
    public async Task TryMoveToNew_ManyAtOnce_OneSucceeds()
    {
        const int Threads = 8;
        const int Rounds = 200;
        Directory.CreateDirectory(_root);
        using var together = new Barrier(Threads);
        int[] moved = new int[Rounds];
        await Task.WhenAll(Enumerable.Range(0, Threads).Select(thread => Task.Factory.StartNew(
            () =>
            {
                for (int round = 0; round < Rounds; round++)
                {
                    string file = PathOf($"{thread}-{round}");
                    File.WriteAllText(file, file);
                    together.SignalAndWait();
                    if (FileSteps.Instance.TryMoveToNew(file, PathOf($"{round}")))
                    {
                        Interlocked.Increment(ref moved[round]);
                    }
                }
            },
            TaskCreationOptions.LongRunning)));
        Assert.That(moved, Is.All.EqualTo(1));
        Assert.That(Directory.EnumerateFiles(_root).Count(), Is.EqualTo(Threads * Rounds));
    }

    [Test]
    public async Task Reads_OfADirectoryThatMayNotBeWritten_TakeNoStep()
    {
        await Store.WriteAsync("a/name");
        var steps = new RecordedSteps(_root);
        await using var store = new LocalObjectStore(_root, new LocalObjectStoreOptions { Steps = steps });
        using (Assert.EnterMultipleScope())
        {
            Assert.That(await store.ReadAsync("a/name"), Is.EqualTo("bytes"));
            Assert.That(await store.GetInfoAsync("a/name"), Is.Not.Null);
            Assert.That(await store.ListNamesAsync(), Is.EqualTo(new[] { "a/name" }));
            Assert.That(await store.DeleteAsync("absent", ObjectPrecondition.None), Is.False);
            Assert.That(steps.Steps, Is.Empty);
        }
    }

    [Test]
    public async Task Staging_FileThatAnotherProcessHoldsWithoutLocksOfNet_IsNoLeftover()
    {
        await Store.WriteAsync("name");
        using (TestProcess process = TestProcess.Start(WithoutLocksOfNet, "stage", _root))
        {
            string[] held = (await process.ReadLineAsync())!.Split('|');
            Array.ForEach(held, file => File.SetLastWriteTimeUtc(file, DateTime.UtcNow - TimeSpan.FromDays(30)));
            await using var next = new LocalObjectStore(_root);
            await next.WriteAsync("name");
            Assert.That(Leftovers(), Is.EquivalentTo(held));
        }

        await using var last = new LocalObjectStore(_root);
        await last.WriteAsync("name");
        Assert.That(Leftovers(), Is.Empty);
    }
}
