using CloudOptimizedDicom.Storage;
using CloudOptimizedDicom.Storage.GoogleCloud;
using CloudOptimizedDicom.Testing.Faults;
using CloudOptimizedDicom.Testing.Requests;

namespace CloudOptimizedDicom.Tests.Storage.GoogleCloud;

/// <summary>Whatever goes wrong on the way, a call has taken effect once, or says clearly that it may not have.</summary>
public sealed class GcsFaultTests : GcsFixture
{
    private const int Schedules = 100;
    private const double Share = 0.4;

    public enum Fault
    {
        DroppedBefore,
        DroppedAfter,
        Unavailable,
        TooMany,
        RequestCut,
        AnswerCut,
    }

    [Test]
    public Task SmallUpload_AnyFault_IsAppliedOnce([Values] Fault fault) => UploadAsync(fault, sizeBytes: 3_000);

    [Test]
    public Task UploadInSession_AnyFault_IsAppliedOnce([Values] Fault fault) => UploadAsync(fault, sizeBytes: 200_000);

    [Test]
    public async Task Read_AnyFault_GivesAllBytes([Values] Fault fault)
    {
        byte[] bytes = RandomBytes(1, 300_000);
        await using GcsObjectStore store = CreateStore();
        await store.UploadAsync("read", ObjectUpload.FromMemory(bytes), ObjectPrecondition.None);
        int completed = 0;
        for (int seed = 0; seed < Schedules; seed++)
        {
            Plan(fault, "read", seed, bytes.Length);
            try
            {
                await using ObjectContent content = (await store.OpenReadAsync("read"))!;
                Assert.That(await content.TryReadToEndAsync(CancellationToken.None), Is.EqualTo(bytes));
                completed++;
            }
            catch (ObjectRequestException error)
            {
                AssertClear(error);
            }
        }

        Assert.That(completed, Is.GreaterThan(Schedules / 2));
    }

    /// <summary>The bytes that came before are of the old generation, and have to stay without others behind them.</summary>
    [Test]
    public async Task Read_ObjectReplacedAfterTheConnectionBroke_IsRefused()
    {
        await using GcsObjectStore store = CreateStore();
        byte[] old = RandomBytes(2, 300_000);
        await store.UploadAsync("replaced", ObjectUpload.FromMemory(old), ObjectPrecondition.None);
        Emulator.Faults.Add(new FaultRule { Operation = GcsOperation.Media, AtMatch = 1, Action = FaultAction.CutResponse(100_000) });
        await using ObjectContent content = (await store.OpenReadAsync("replaced", new ObjectReadOptions { Range = new ByteRange(0, 299_999) }))!;
        byte[] read = new byte[50_000];
        await content.Content.ReadExactlyAsync(read);
        await store.UploadAsync("replaced", ObjectUpload.FromMemory(RandomBytes(3, old.Length)), ObjectPrecondition.None);
        Assert.That(read, Is.EqualTo(old[..read.Length]));
        Assert.That(
            async () => await content.Content.ReadExactlyAsync(new byte[200_000]), Throws.InstanceOf<PreconditionFailedException>());
    }

    [Test]
    public async Task GuardedDelete_AnyFault_IsAppliedOnce([Values] Fault fault)
    {
        await using GcsObjectStore store = CreateStore();
        int completed = 0;
        for (int seed = 0; seed < Schedules; seed++)
        {
            Emulator.Faults.Clear();
            ObjectInfo info = await store.WriteAsync("delete");
            Plan(fault, "delete", seed, 10);
            try
            {
                Assert.That(await store.DeleteAsync("delete", ObjectPrecondition.GenerationIs(info.Generation)), Is.True, $"schedule {seed}");
                Assert.That(Live("delete"), Is.Null);
                completed++;
            }
            catch (ObjectRequestException error)
            {
                AssertClear(error);
                Assert.That(error.MayHaveApplied || Live("delete")?.Generation == info.Generation);
            }
        }

        Assert.That(completed, Is.GreaterThan(Schedules / 2));
    }

    [Test]
    public async Task UnguardedDelete_WithoutAnswer_IsNotRepeated()
    {
        await using GcsObjectStore store = CreateStore();
        await store.WriteAsync("name");
        Emulator.Faults.Add(new FaultRule { Operation = GcsOperation.Delete, Action = FaultAction.DropAfter });
        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                () => store.DeleteAsync("name", ObjectPrecondition.None),
                Throws.InstanceOf<ObjectRequestException>().With.Property("MayHaveApplied").True.And.Property("Attempts").EqualTo(1));
            Assert.That(Count(GcsOperation.Delete), Is.EqualTo(1));
        }
    }

    [Test]
    public async Task List_AnyFault_IsWhole([Values] Fault fault)
    {
        await using GcsObjectStore store = CreateStore();
        await store.WriteAsync("list/a");
        await store.WriteAsync("list/b");
        int completed = 0;
        for (int seed = 0; seed < Schedules; seed++)
        {
            Plan(fault, "", seed, 300, GcsOperation.List);
            try
            {
                Assert.That(await store.ListNamesAsync("list/"), Is.EqualTo(new[] { "list/a", "list/b" }));
                completed++;
            }
            catch (ObjectRequestException error)
            {
                AssertClear(error);
            }
        }

        Assert.That(completed, Is.GreaterThan(Schedules / 2));
    }

    private async Task UploadAsync(Fault fault, int sizeBytes)
    {
        int completed = 0;
        await using GcsObjectStore store = CreateStore();
        for (int seed = 0; seed < Schedules; seed++)
        {
            string name = $"{fault}-{sizeBytes}-{seed}";
            Emulator.Faults.Clear();
            long old = seed % 2 == 0 ? 0 : (await store.WriteAsync(name)).Generation;
            Emulator.Log.Clear();
            Plan(fault, name, seed, sizeBytes);
            byte[] bytes = RandomBytes(seed, sizeBytes);
            var upload = ObjectUpload.FromMemory(bytes);
            try
            {
                ObjectInfo info = await store.UploadAsync(name, upload, ObjectPrecondition.GenerationIs(old));
                Assert.That(Live(name)?.Generation, Is.EqualTo(info.Generation), $"schedule {seed}");
                Assert.That(Live(name)?.Crc32c, Is.EqualTo(Crc32c.Compute(bytes)));
                completed++;
            }
            catch (ObjectRequestException error)
            {
                AssertClear(error);
                Assert.That(error.MayHaveApplied || (Live(name)?.Generation ?? 0) == old, $"schedule {seed}");
                Emulator.Faults.Clear();
                ObjectInfo info = await store.UploadAsync(name, upload, ObjectPrecondition.GenerationIs(old));
                Assert.That(Live(name)?.Generation, Is.EqualTo(info.Generation), $"schedule {seed}, made again");
            }
        }

        Assert.That(completed, Is.GreaterThan(Schedules / 2));
    }

    // Cuts fall anywhere in what is moved, and up to a third behind it.
    private void Plan(Fault fault, string name, int seed, int sizeBytes, GcsOperation? operation = null)
    {
        long at = new Random(seed).Next(sizeBytes + (sizeBytes / 3));
        Emulator.Faults.Clear();
        Emulator.Faults.Add(new FaultRule
        {
            ObjectGlob = name.Length == 0 ? null : name,
            Operation = operation,
            Probability = Share,
            Seed = seed,
            Action = fault switch
            {
                Fault.DroppedBefore => FaultAction.DropBefore,
                Fault.DroppedAfter => FaultAction.DropAfter,
                Fault.Unavailable => FaultAction.Refuse(503),
                Fault.TooMany => FaultAction.Refuse(429, TimeSpan.FromSeconds(7)),
                Fault.RequestCut => FaultAction.CutRequest(at),
                _ => FaultAction.CutResponse(at),
            },
        });
    }

    private static void AssertClear(ObjectRequestException error)
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(error.IsTransient);
            Assert.That(error.Attempts, Is.GreaterThanOrEqualTo(6));
            Assert.That(error.Uri, Does.StartWith("gs://bucket/"));
        }
    }

    private int Count(GcsOperation operation) => Emulator.Log.Entries.Count(entry => entry.Operation == operation);
}
