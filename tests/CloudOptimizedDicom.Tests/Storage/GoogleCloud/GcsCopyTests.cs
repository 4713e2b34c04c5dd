using System.Net;
using CloudOptimizedDicom.Storage;
using CloudOptimizedDicom.Storage.GoogleCloud;
using CloudOptimizedDicom.Testing;
using CloudOptimizedDicom.Testing.Faults;
using CloudOptimizedDicom.Testing.Requests;

namespace CloudOptimizedDicom.Tests.Storage.GoogleCloud;

/// <summary>Objects that the service copies by itself.</summary>
public sealed class GcsCopyTests : GcsFixture
{
    [Test]
    public async Task UploadAsync_ObjectOfABucket_IsCopiedWithWhatIsSaidOfTheCopy()
    {
        await using GcsObjectStore store = CreateStore();
        ObjectInfo source = await store.WriteAsync("from/a b%2F", "the bytes");
        ObjectUpload upload = ObjectUpload.FromObject(store, source) with
        {
            ContentType = "text/plain",
            Metadata = new Dictionary<string, string> { ["note"] = "7" },
        };
        ObjectInfo copy = await store.UploadAsync("to/c d", upload, ObjectPrecondition.DoesNotExist);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(await store.ReadAsync("to/c d"), Is.EqualTo("the bytes"));
            Assert.That((copy.Name, copy.Crc32c, copy.UploadId), Is.EqualTo(("to/c d", source.Crc32c, (Guid?)upload.UploadId)));
            Assert.That((copy.ContentType, copy.Metadata["note"]), Is.EqualTo(("text/plain", "7")));
        }
    }

    [Test]
    public async Task UploadAsync_AnswerOfACopyIsLost_IsKnownAgain()
    {
        await using GcsObjectStore store = CreateStore();
        ObjectInfo source = await store.WriteAsync("from");
        Emulator.Faults.Add(new FaultRule { Operation = GcsOperation.Rewrite, AtMatch = 1, Action = FaultAction.DropAfter });
        ObjectInfo copy = await store.UploadAsync("lost", ObjectUpload.FromObject(store, source), ObjectPrecondition.DoesNotExist);
        Assert.That(Live("lost")!.Generation, Is.EqualTo(copy.Generation));
        Assert.That(Emulator.Log.Entries.Count(entry => entry.Operation == GcsOperation.Rewrite), Is.EqualTo(2));
    }

    [Test]
    public async Task UploadAsync_CopyOverAnotherObject_IsRefused()
    {
        await using GcsObjectStore store = CreateStore();
        ObjectInfo source = await store.WriteAsync("from");
        ObjectInfo live = await store.WriteAsync("taken", "others");
        Assert.That(
            () => store.UploadAsync("taken", ObjectUpload.FromObject(store, source), ObjectPrecondition.DoesNotExist),
            Throws.InstanceOf<PreconditionFailedException>());
        Assert.That(Live("taken")!.Generation, Is.EqualTo(live.Generation));
    }

    [Test]
    public async Task UploadAsync_CopyThatDoesNotGoOn_IsGivenUp()
    {
        await using GcsEmulator emulator = await GcsEmulator.StartAsync(new GcsEmulatorOptions { Buckets = ["stuck"], MaxRewriteBytes = 0 });
        await using var store = new GcsObjectStore("stuck", new GcsObjectStoreOptions { Endpoint = emulator.Endpoint });
        ObjectInfo source = await store.WriteAsync("from");
        Assert.That(
            () => store.UploadAsync("to", ObjectUpload.FromObject(store, source), ObjectPrecondition.DoesNotExist),
            Throws.InstanceOf<ObjectRequestException>().With.Message.Contains("the copy stays at 0 of"));
        Assert.That(emulator.Log.Entries.Count(entry => entry.Operation == GcsOperation.Rewrite), Is.EqualTo(10));
    }

    [Test]
    public async Task UploadAsync_CopyHasOtherBytesThanSaid_IsDeletedAndMayHaveApplied()
    {
        await using GcsObjectStore store = CreateStore();
        ObjectInfo source = await store.WriteAsync("from");
        Assert.That(
            () => store.UploadAsync("other", ObjectUpload.FromObject(store, source with { Crc32c = source.Crc32c + 1 }), ObjectPrecondition.DoesNotExist),
            Throws.InstanceOf<ChecksumMismatchException>().With.Property("MayHaveApplied").True);
        Assert.That(Live("other"), Is.Null);
    }

    [Test]
    public async Task UploadAsync_GenerationToCopyIsGone_IsNotFoundAndNothingIsWritten()
    {
        await using GcsObjectStore store = CreateStore();
        ObjectInfo source = await store.WriteAsync("replaced");
        await store.WriteAsync("replaced", "other bytes");
        Assert.That(
            () => store.UploadAsync("never", ObjectUpload.FromObject(store, source), ObjectPrecondition.DoesNotExist),
            Throws.InstanceOf<ObjectRequestException>().With.Property("Status").EqualTo(HttpStatusCode.NotFound).And.Property("MayHaveApplied").False);
        Assert.That(Live("never"), Is.Null);
    }

    [Test]
    public async Task CanCopyFrom_AnotherServiceCredentialOrPayer_IsFalse()
    {
        await using GcsObjectStore store = CreateStore();
        GcsObjectStoreOptions options = Options();
        GcsObjectStoreOptions[] others =
        [
            options with { Endpoint = new Uri("http://127.0.0.1:1") },
            options with { Credential = GcsCredential.FromTokenSource(_ => ValueTask.FromResult("token")) },
            options with { UserProject = "payer" },
        ];
        using (Assert.EnterMultipleScope())
        {
            Assert.That(store.CanCopyFrom(new GcsObjectStore("other", options)));
            Assert.That(others.Select(other => store.CanCopyFrom(new GcsObjectStore("other", other))), Is.All.False);
            Assert.That(store.CanCopyFrom(new LocalObjectStore(Path.GetTempPath())), Is.False);
        }
    }

    [Test]
    public async Task UploadAsync_ObjectThatCannotBeCopied_IsMisuse()
    {
        await using GcsObjectStore store = CreateStore();
        var local = new LocalObjectStore(Path.GetTempPath());
        var info = new ObjectInfo { Name = "name", Generation = 1, SizeBytes = 1 };
        using (Assert.EnterMultipleScope())
        {
            Assert.That(() => ObjectUpload.FromObject(local, info), Throws.ArgumentException, "its checksum is not known");
            Assert.That(
                () => store.UploadAsync("name", ObjectUpload.FromObject(local, info with { Crc32c = 1 }), ObjectPrecondition.None), Throws.ArgumentException);
        }
    }
}
