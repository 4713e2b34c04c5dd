using CloudOptimizedDicom.Storage;
using CloudOptimizedDicom.Storage.GoogleCloud;
using CloudOptimizedDicom.Testing.Faults;
using CloudOptimizedDicom.Testing.Requests;

namespace CloudOptimizedDicom.Tests.Storage.GoogleCloud;

public sealed class GcsUploadTests : GcsFixture
{
    [Test]
    public async Task UploadInSession_ObjectChangedBetweenFirstAndLastByte_IsRefused()
    {
        await using GcsObjectStore other = CreateStore();
        ObjectInfo old = await other.WriteAsync("changed", "old");
        ObjectInfo? changed = null;
        using var handler = new HookHandler(async request =>
        {
            // The first bytes are there when the store asks how many.
            if (request.Content?.Headers.ContentRange is { HasRange: false })
            {
                changed ??= await other.WriteAsync("changed", "changed");
            }
        });
        await using var store = new GcsObjectStore(Bucket, Options() with { HttpMessageHandler = handler });
        Cut(GcsOperation.SessionData, 1, FaultAction.CutRequest(100_000));
        var upload = ObjectUpload.FromMemory(RandomBytes(1, 300_000));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                () => store.UploadAsync("changed", upload, ObjectPrecondition.GenerationIs(old.Generation)),
                Throws.InstanceOf<PreconditionFailedException>());
            Assert.That(changed, Is.Not.Null);
            Assert.That(Live("changed")?.Generation, Is.EqualTo(changed?.Generation));
        }
    }

    [TestCase(404)]
    [TestCase(410)]
    public async Task UploadInSession_SessionExpired_StartsAnew(int status)
    {
        bool hasExpired = false;
        using var handler = new HookHandler(request =>
        {
            if (request.Content?.Headers.ContentRange is { HasRange: false } && !hasExpired)
            {
                hasExpired = true;
                Emulator.ExpireUploads(status);
            }

            return Task.CompletedTask;
        });
        await using var store = new GcsObjectStore(Bucket, Options() with { HttpMessageHandler = handler });
        Cut(GcsOperation.SessionData, 1, FaultAction.CutRequest(100_000));
        byte[] bytes = RandomBytes(2, 300_000);
        ObjectInfo info = await store.UploadAsync("expired", ObjectUpload.FromMemory(bytes), ObjectPrecondition.None);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(hasExpired);
            Assert.That(Live("expired")?.Generation, Is.EqualTo(info.Generation));
            Assert.That(Live("expired")?.Crc32c, Is.EqualTo(Crc32c.Compute(bytes)));
        }
    }

    [Test]
    public async Task UploadInSession_ThatFails_EndsItsSession()
    {
        await using GcsObjectStore store = CreateStore();
        Emulator.Faults.Add(new FaultRule { Operation = GcsOperation.SessionData, Action = FaultAction.Refuse(403) });
        var upload = ObjectUpload.FromMemory(RandomBytes(3, 300_000));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                () => store.UploadAsync("ended", upload, ObjectPrecondition.None),
                Throws.InstanceOf<ObjectRequestException>().With.Property("IsTransient").False.And.Property("MayHaveApplied").False);
            Assert.That(Count(GcsOperation.SessionCancel), Is.EqualTo(1));
            Assert.That(Live("ended"), Is.Null);
        }
    }

    [Test]
    public async Task UploadInSession_OtherBytesThanAnnounced_AreRefused([Values(-1, 0, 1)] int more)
    {
        await using GcsObjectStore store = CreateStore();
        byte[] bytes = RandomBytes(4, 300_000);
        string path = Path.GetTempFileName();
        try
        {
            await File.WriteAllBytesAsync(path, bytes);
            uint crc32c = Crc32c.Compute(bytes) + (more == 0 ? 1u : 0);
            Assert.That(
                () => store.UploadAsync("wrong", ObjectUpload.FromFile(path, bytes.Length + more, crc32c), ObjectPrecondition.None),
                Throws.InstanceOf<ChecksumMismatchException>());
            Assert.That(Live("wrong"), Is.Null);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Test]
    public async Task Upload_UnguardedWithoutAnswer_IsFoundInsteadOfRepeated([Values(1_000, 300_000)] int sizeBytes)
    {
        await using GcsObjectStore store = CreateStore();
        GcsOperation operation = sizeBytes > MaxMultipartBytes ? GcsOperation.SessionData : GcsOperation.Insert;
        Cut(operation, 1, FaultAction.DropAfter);
        ObjectInfo info = await store.UploadAsync("found", ObjectUpload.FromMemory(RandomBytes(5, sizeBytes)), ObjectPrecondition.None);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Live("found")?.Generation, Is.EqualTo(info.Generation));
            Assert.That(Count(operation), Is.EqualTo(1));
        }
    }

    [Test]
    public async Task Upload_AppliedWithoutAnswerAndThenReplaced_SaysThatItMayHaveApplied()
    {
        await using GcsObjectStore other = CreateStore();
        bool isReplaced = false;
        int inserts = 0;
        using var handler = new HookHandler(async request =>
        {
            if (request.Method == HttpMethod.Post && ++inserts == 2)
            {
                isReplaced = true;
                await other.WriteAsync("replaced", "by another");
            }
        });
        await using var store = new GcsObjectStore(Bucket, Options() with { HttpMessageHandler = handler });
        Cut(GcsOperation.Insert, 1, FaultAction.DropAfter);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                () => store.WriteAsync("replaced", "ours", ObjectPrecondition.DoesNotExist),
                Throws.InstanceOf<PreconditionFailedException>().With.Property("MayHaveApplied").True);
            Assert.That(isReplaced);
        }
    }

    [Test]
    public async Task LargeFile_ThreeCutsUpAndDown_ArrivesInLittleMemory()
    {
        const long SizeBytes = 200 << 20;
        const long MaxAllocatedBytes = 100 << 20;
        string path = Path.GetTempFileName();
        try
        {
            uint crc32c = await WriteFileAsync(path, SizeBytes);
            var random = new Random(6);
            for (int cut = 1; cut <= 3; cut++)
            {
                Cut(GcsOperation.SessionData, cut, FaultAction.CutRequest(random.NextInt64(SizeBytes / 4)));
                Cut(GcsOperation.Media, cut, FaultAction.CutResponse(random.NextInt64(SizeBytes / 4)));
            }

            await using GcsObjectStore store = CreateStore();
            long before = GC.GetTotalAllocatedBytes();
            await store.UploadAsync("large", ObjectUpload.FromFile(path, SizeBytes, crc32c), ObjectPrecondition.DoesNotExist);
            await using ObjectContent content = (await store.OpenReadAsync("large"))!;
            Crc32c read = default;
            byte[] buffer = new byte[1 << 20];
            for (int count; (count = await content.Content.ReadAsync(buffer)) > 0;)
            {
                read.Append(buffer.AsSpan(0, count));
            }

            using (Assert.EnterMultipleScope())
            {
                Assert.That(read.Value, Is.EqualTo(crc32c));
                Assert.That(Count(GcsOperation.SessionData), Is.EqualTo(4));
                Assert.That(Count(GcsOperation.Media), Is.EqualTo(4));
                Assert.That(GC.GetTotalAllocatedBytes() - before, Is.LessThan(MaxAllocatedBytes));
            }
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static async Task<uint> WriteFileAsync(string path, long sizeBytes)
    {
        byte[] part = RandomBytes(6, 1 << 20);
        Crc32c crc32c = default;
        await using FileStream file = File.Create(path);
        for (long written = 0; written < sizeBytes; written += part.Length)
        {
            part[0]++;
            await file.WriteAsync(part);
            crc32c.Append(part);
        }

        return crc32c.Value;
    }

    private void Cut(GcsOperation operation, int match, FaultAction action) =>
        Emulator.Faults.Add(new FaultRule { Operation = operation, AtMatch = match, Action = action });

    private int Count(GcsOperation operation) => Emulator.Log.Entries.Count(entry => entry.Operation == operation);
}
