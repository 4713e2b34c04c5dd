using CloudOptimizedDicom.Storage;
using CloudOptimizedDicom.Storage.Local;

namespace CloudOptimizedDicom.Tests.Storage;

public sealed partial class LocalObjectStoreTests
{
    [Test]
    public async Task Upload_StagedFile_IsMoved()
    {
        using StagingFile staged = Local.CreateStagingFile();
        await staged.Stream.WriteAsync("text"u8.ToArray());
        await staged.Stream.DisposeAsync();
        var upload = ObjectUpload.FromFile(staged.Path, 4, Crc32c.Compute("text"u8), mayMove: true);
        ObjectInfo info = await Store.UploadAsync("name", upload, ObjectPrecondition.DoesNotExist);
        staged.Dispose();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(await Store.ReadAsync("name"), Is.EqualTo("text"));
            Assert.That((await Store.GetInfoAsync("name"))?.Generation, Is.EqualTo(info.Generation));
            Assert.That(Leftovers(), Is.Empty);
        }
    }

    [Test]
    public async Task Upload_StagedFileOfAnotherSize_IsRefused()
    {
        using StagingFile staged = Local.CreateStagingFile();
        await staged.Stream.WriteAsync("text"u8.ToArray());
        await staged.Stream.DisposeAsync();
        var upload = ObjectUpload.FromFile(staged.Path, 5, Crc32c.Compute("text"u8), mayMove: true);
        Assert.That(
            () => Store.UploadAsync("name", upload, ObjectPrecondition.None), Throws.InstanceOf<ChecksumMismatchException>());
        Assert.That(await Store.GetInfoAsync("name"), Is.Null);
    }

    [Test]
    public async Task Upload_ThatFails_LeavesNothingInStaging()
    {
        await Upload_OtherBytesThanAnnounced_AreRefusedAndTheOldObjectStays();
        Assert.That(Leftovers(), Is.Empty);
    }

    [Test]
    public async Task Staging_ThatIsALink_LosesNothingBehindIt()
    {
        string outside = Directory.CreateDirectory(_root + "-outside").FullName;
        try
        {
            string old = Path.Join(outside, "old");
            await File.WriteAllTextAsync(old, "");
            File.SetLastWriteTimeUtc(old, DateTime.UnixEpoch.AddDays(1));
            Directory.CreateDirectory(Path.GetDirectoryName(Local.StagingDirectory)!);
            Directory.CreateSymbolicLink(Local.StagingDirectory, outside);
            await Store.WriteAsync("name");
            Assert.That(old, Does.Exist);
        }
        finally
        {
            Directory.Delete(outside, recursive: true);
        }
    }

    [Test]
    public async Task Staging_LeftoversOfACrash_AreDeletedUnlessYoungOrHeld()
    {
        await Store.WriteAsync("name");
        string young = Path.Join(Local.StagingDirectory, "young");
        string old = Path.Join(Local.StagingDirectory, "old");
        await File.WriteAllTextAsync(young, "");
        await File.WriteAllTextAsync(old, "");
        using StagingFile held = Local.CreateStagingFile();
        await held.Stream.DisposeAsync();
        DateTime longAgo = DateTime.UtcNow - TimeSpan.FromHours(2);
        File.SetLastWriteTimeUtc(old, longAgo);
        File.SetLastWriteTimeUtc(held.Path, longAgo);

        await using var next = new LocalObjectStore(_root);
        await next.WriteAsync("name");
        Assert.That(Leftovers(), Is.EquivalentTo(new[] { young, held.Path }));
    }

    [Test]
    public async Task Upload_WaitingForAnotherProcess_CanBeCancelled()
    {
        await Store.WriteAsync("name");
        List<FileStream> held =
        [
            .. Enumerable.Range(0, 256).Select(i => new FileStream(
                Path.Join(_root, ".cod", "locks", $"{i:x2}"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None)),
        ];
        using var cancellation = new CancellationTokenSource();
        Task<ObjectInfo> upload = Store.UploadAsync(
            "name", ObjectUpload.FromMemory("new"u8.ToArray()), ObjectPrecondition.None, cancellation.Token);
        await cancellation.CancelAsync();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(async () => await upload, Throws.InstanceOf<OperationCanceledException>());
            Assert.That(await Store.ReadAsync("name"), Is.EqualTo("bytes"));
            Assert.That(Leftovers(), Is.Empty);
        }

        held.ForEach(file => file.Dispose());
        Assert.That(() => Store.WriteAsync("name"), Throws.Nothing);
    }

    [Test]
    public async Task Processes_IncrementingOneObject_CountWithoutLoss([Values] bool isLockingLeftOutByNet)
    {
        Dictionary<string, string> environment = isLockingLeftOutByNet ? WithoutLocksOfNet : [];
        TestProcess[] processes = [.. Enumerable.Range(0, 8).Select(_ => TestProcess.Start(environment, "increment", _root, "a/counter", "10"))];
        int[] exitCodes = await Task.WhenAll(processes.Select(process => process.WaitForExitAsync()));
        Array.ForEach(processes, process => process.Dispose());
        using (Assert.EnterMultipleScope())
        {
            Assert.That(exitCodes, Is.All.Zero);
            Assert.That(await Store.ReadAsync("a/counter"), Is.EqualTo("80"));
        }
    }

    [Test]
    public async Task Process_KilledWhileItWrites_LeavesTheOldOrTheNewObject([Values(1, 2, 3, 7, 12)] int uploadsBeforeTheKill)
    {
        const int SizeBytes = 500_000;
        string? last = null;
        using (TestProcess process = TestProcess.Start("overwrite", _root, "name", $"{SizeBytes}"))
        {
            for (int i = 0; i < uploadsBeforeTheKill; i++)
            {
                last = await process.ReadLineAsync();
            }
        }

        await using (var content = (await Store.OpenReadAsync("name"))!)
        {
            string text = await content.ReadTextAsync();
            Assert.That(text, Is.EqualTo(new string(text[0], SizeBytes)));
            Assert.That((int)text[0], Is.GreaterThanOrEqualTo(int.Parse(last!)));
            Assert.That(content.Info.Crc32c, Is.Not.Null);
            await Store.WriteAsync("name", "next", ObjectPrecondition.GenerationIs(content.Info.Generation));
        }

        var later = new ManualTimeProvider(DateTimeOffset.UtcNow.AddHours(2));
        await using var next = new LocalObjectStore(_root, new LocalObjectStoreOptions { TimeProvider = later });
        await next.WriteAsync("other");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(await next.ListNamesAsync(), Is.EqualTo(new[] { "name", "other" }));
            Assert.That(Leftovers(), Is.Empty);
        }
    }
}
