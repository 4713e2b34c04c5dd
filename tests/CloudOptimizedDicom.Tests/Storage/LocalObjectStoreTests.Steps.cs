using CloudOptimizedDicom.Storage;
using CloudOptimizedDicom.Tests.Storage.Local;

namespace CloudOptimizedDicom.Tests.Storage;

public sealed partial class LocalObjectStoreTests
{
    private static readonly string[] StepsOfReplacement =
    [
        "FlushFile staged", "FlushFile staged", "MoveOver a/b/.objects.json", "FlushFolder a/b", "MoveOver a/b/name", "FlushFolder a/b",
    ];

    [Test]
    public async Task Upload_FirstObject_IsFlushedThenMovedThenFlushedInEveryFolderOnTheWay() => Assert.That(
        await RecordAsync(store => store.WriteAsync("a/b/name")),
        Is.EqualTo(new[]
        {
            "CreateFolder .", "CreateFolder .cod", "CreateFolder .cod/staging", "FlushFile staged", "CreateFolder .cod/locks",
            "FlushFile staged", "CreateFolder a", "CreateFolder a/b", "MoveOver a/b/.objects.json", "FlushFolder a/b",
            "TryMoveToNew a/b/name", "FlushFolder a/b", "FlushFolder a", "FlushFolder .", "FlushFolder ..",
        }));

    [Test]
    public async Task Upload_OverAnObject_IsFlushedThenMovedThenFlushed()
    {
        string[] steps = await RecordAsync(async store =>
        {
            await store.WriteAsync("a/b/name");
            await store.WriteAsync("a/b/name");
        });
        Assert.That(steps[^6..], Is.EqualTo(StepsOfReplacement));
    }

    [Test]
    public async Task Upload_IntoFoldersOfAnotherProcess_FlushesThem()
    {
        await Store.WriteAsync("a/b/name");
        Assert.That(
            await RecordAsync(store => store.WriteAsync("a/b/name")),
            Is.EqualTo((string[])[.. StepsOfReplacement, "FlushFolder a", "FlushFolder .", "FlushFolder .."]));
    }

    [Test]
    public async Task Upload_FolderOnTheWayThatAnotherProcessChanged_IsFlushedAgain()
    {
        string[] steps = await RecordAsync(async store =>
        {
            await store.WriteAsync("a/b/name");
            Directory.SetLastWriteTimeUtc(PathOf("a"), DateTime.UtcNow + TimeSpan.FromSeconds(1));
            await store.WriteAsync("a/b/name");
        });
        Assert.That(steps[^7..], Is.EqualTo((string[])[.. StepsOfReplacement, "FlushFolder a"]));
    }

    [Test]
    public async Task Upload_ThatWasCarriedOutBefore_IsFlushedBeforeItIsToldAgain()
    {
        var upload = ObjectUpload.FromMemory("bytes"u8.ToArray());
        await Store.UploadAsync("name", upload, ObjectPrecondition.DoesNotExist);
        Assert.That(
            await RecordAsync(store => store.UploadAsync("name", upload, ObjectPrecondition.DoesNotExist)),
            Is.EqualTo(new[] { "FlushFolder .", "FlushFolder .." }));
    }

    [Test]
    public async Task Delete_LastObject_RemembersItsGenerationThenDeletesThenFlushes()
    {
        await Store.WriteAsync("a/b/name");
        string[] steps = await RecordAsync(store => store.DeleteAsync("a/b/name", ObjectPrecondition.None));
        Assert.That(
            steps,
            Is.EqualTo(new[]
            {
                "FlushFile lock", "FlushFolder .cod/locks", "FlushFolder .cod", "FlushFolder .", "FlushFolder ..", "DeleteFile a/b/name", "FlushFolder a/b",
                "FlushFolder a", "DeleteFile a/b/.objects.json", "DeleteFolder a/b", "DeleteFolder a",
            }));
    }

    [Test]
    public async Task Upload_FolderThatCannotBeFlushed_MayHaveBeenCarriedOut([Values] bool isDeletion)
    {
        await Store.WriteAsync("a/name");
        bool isApplied = false;
        var steps = new RecordedSteps(_root)
        {
            BeforeStep = step =>
            {
                _ = isApplied && step.Kind == nameof(RecordedSteps.FlushFolder) ? throw new IOException("no power") : step;
                isApplied |= step.Path == "a/name";
            },
        };
        await using var store = new LocalObjectStore(_root, new LocalObjectStoreOptions { Steps = steps });
        Func<Task> change = isDeletion ? () => store.DeleteAsync("a/name", ObjectPrecondition.None) : () => store.WriteAsync("a/name", "new");
        Assert.That(change, Throws.InstanceOf<ObjectRequestException>().With.Property("MayHaveApplied").True.And.Message.Contains("no power"));
        Assert.That(await store.ReadAsync("a/name"), Is.EqualTo(isDeletion ? null : "new"));
    }

    private async Task<string[]> RecordAsync(Func<IObjectStore, Task> change)
    {
        var steps = new RecordedSteps(_root);
        await using var store = new LocalObjectStore(_root, new LocalObjectStoreOptions { Steps = steps });
        await change(store);
        return [.. steps.Steps.Select(Describe)];
    }

    /// <summary>A step, without names that are made at random.</summary>
    private static string Describe(FileStep step) =>
        $"{step.Kind} {(step.Path.StartsWith(".cod/staging/", StringComparison.Ordinal) ? "staged" : step.Path.StartsWith(".cod/locks/", StringComparison.Ordinal) ? "lock" : step.Path)}";
}
