using System.Text.Json;
using CloudOptimizedDicom.Locking;
using CloudOptimizedDicom.Storage;
using CloudOptimizedDicom.Testing.Faults;
using CloudOptimizedDicom.Testing.Objects;
using CloudOptimizedDicom.Testing.Requests;
using CloudOptimizedDicom.Tests.Golden;
using CloudOptimizedDicom.Tests.Storage.GoogleCloud;

namespace CloudOptimizedDicom.Tests.Series;

/// <summary>One series that is copied, and what may come in between.</summary>
public sealed class CopySeriesTests : CopyFixture
{
    [Test]
    public async Task CopySeriesAsync_BucketToBucket_MovesNoByteOfTheArchive()
    {
        CodDatastore here = await OpenAsync(StoreKind.Bucket, Here);
        CodDatastore there = await OpenAsync(StoreKind.Bucket, There);
        await StoreAsync(here, 1, 2, 3);
        TakeRequests();
        CopyReport report = await CopyAsync(here, there);
        IReadOnlyList<RequestEntry> ofArchive = [.. TakeRequests().Where(request => request.Object.EndsWith(".tar", StringComparison.Ordinal))];
        using (Assert.EnterMultipleScope())
        {
            Assert.That((report.Outcome, report.HasWritten, report.IsServerSide, report.Instances), Is.EqualTo((CopyOutcome.Copied, true, true, 3)));
            Assert.That(ofArchive.Select(request => request.Operation).Distinct(), Is.EquivalentTo([GcsOperation.Get, GcsOperation.Rewrite]));
            Assert.That(ofArchive.Count(request => request.Operation == GcsOperation.Rewrite), Is.EqualTo(3), "120 KB and more, 50 KB a request");
        }

        await AssertIntactAsync(there, 1, 2, 3);
    }

    [Test]
    public async Task CopySeriesAsync_Twice_IsTheSameAndTakes3Requests()
    {
        CodDatastore here = await OpenAsync(StoreKind.Bucket, Here);
        CodDatastore there = await OpenAsync(StoreKind.Bucket, There);
        await StoreAsync(here, 1);
        await CopyAsync(here, there);
        TakeRequests();
        CopyReport again = await CopyAsync(here, there);
        IReadOnlyList<RequestEntry> requests = TakeRequests();
        Assert.That((again.Outcome, again.HasWritten, requests.Count), Is.EqualTo((CopyOutcome.Same, false, 3)));
        Assert.That(requests.Select(request => request.OperationClass), Is.All.EqualTo('B'));
    }

    [Test]
    public async Task CopySeriesAsync_DryRun_WritesNothing([Values] StoreKind kind)
    {
        CodDatastore here = await OpenAsync(StoreKind.Bucket, Here);
        CodDatastore there = await OpenAsync(kind, There);
        await StoreAsync(here, 1);
        CopyReport report = await CopyAsync(here, there, new CopyOptions { DryRun = true });
        Assert.That((report.Outcome, report.HasWritten, report.IsServerSide), Is.EqualTo((CopyOutcome.Copied, false, kind == StoreKind.Bucket)));
        Assert.That(await there.ListSeriesAsync().ToListAsync(), Is.Empty);
    }

    [Test]
    public async Task CopySeriesAsync_AnotherSeriesIsThere_IsReplacedOnlyWhenAskedFor([Values] StoreKind kind)
    {
        CodDatastore here = await OpenAsync(StoreKind.Bucket, Here);
        CodDatastore there = await OpenAsync(kind, There);
        await StoreAsync(here, 1, 2);
        await StoreAsync(there, 3);
        var names = new SeriesNames(kind == StoreKind.Bucket ? "cod/" : "", Id);
        await there.Store.UploadAsync(names.Thumbnails[0], ObjectUpload.FromMemory(new byte[] { 1 }), ObjectPrecondition.None);
        Assert.That(
            () => CopyAsync(here, there),
            Throws.InstanceOf<SeriesExistsException>().With.Property("Instances").EqualTo(1).And.Property("SourceInstances").EqualTo(2));
        Assert.That(() => CopyAsync(here, there, new CopyOptions { DryRun = true }), Throws.InstanceOf<SeriesExistsException>());
        await AssertIntactAsync(there, 3);
        CopyReport planned = await CopyAsync(here, there, new CopyOptions { Overwrite = true, DryRun = true });
        CopyReport copied = await CopyAsync(here, there, new CopyOptions { Overwrite = true });
        Assert.That((planned.ReplacedInstances, copied.ReplacedInstances), Is.EqualTo((1, 1)));
        await AssertIntactAsync(there, 1, 2);
        Assert.That(await there.Store.GetInfoAsync(names.Thumbnails[0]), Is.Null, "what shows the old instances goes");
    }

    [Test]
    public async Task CopySeriesAsync_OnlyAFieldDiffers_IsNotTheSame()
    {
        CodDatastore here = await OpenAsync(StoreKind.Directory, Here);
        CodDatastore there = await OpenAsync(StoreKind.Directory, There);
        await StoreAsync(here, 1);
        await CopyAsync(here, there);
        await here.UpdateSeriesAsync(
            Id.StudyUid, Id.SeriesUid, CodMode.Append, series => Task.Run(() => series.SetField("note", JsonDocument.Parse("1").RootElement)));
        Assert.That(() => CopyAsync(here, there), Throws.InstanceOf<SeriesExistsException>());
        await CopyAsync(here, there, new CopyOptions { Overwrite = true });
        await using CodObject read = await there.OpenSeriesAsync(Id.StudyUid, Id.SeriesUid, CodMode.Read);
        Assert.That(read.FieldNames, Does.Contain("note"));
    }

    [Test]
    public async Task CopySeriesAsync_ArchiveThereIsGone_IsNotTheSame()
    {
        CodDatastore here = await OpenAsync(StoreKind.Directory, Here);
        CodDatastore there = await OpenAsync(StoreKind.Directory, There);
        await StoreAsync(here, 1);
        await CopyAsync(here, there);
        File.Delete(StorePath(There) + $"/{Id.Path}.tar");
        Assert.That(() => CopyAsync(here, there), Throws.InstanceOf<SeriesExistsException>());
        await CopyAsync(here, there, new CopyOptions { Overwrite = true });
        await AssertIntactAsync(there, 1);
    }

    [Test]
    public async Task CopySeriesAsync_SomebodyWrites_OnlyTheDestinationHasToBeFree([Values] StoreKind kind)
    {
        CodDatastore here = await OpenAsync(kind, Here);
        CodDatastore there = await OpenAsync(kind, There);
        await StoreAsync(here, 1);
        await using (await there.OpenSeriesAsync(Id.StudyUid, Id.SeriesUid, CodMode.Write))
        {
            Assert.That(() => CopyAsync(here, there), Throws.InstanceOf<LockAcquisitionException>());
            Assert.That(() => CopyAsync(here, there, new CopyOptions { DryRun = true }), Throws.InstanceOf<LockAcquisitionException>());
        }

        await using (await here.OpenSeriesAsync(Id.StudyUid, Id.SeriesUid, CodMode.Append))
        {
            await CopyAsync(here, there);
        }

        await AssertIntactAsync(there, 1);
    }

    [Test]
    public async Task CopySeriesAsync_SourceIsReplacedJustBeforeItIsCopied_CopiesTheNewOne()
    {
        CodDatastore here = await OpenAsync(StoreKind.Bucket, Here);
        await StoreAsync(here, 1);
        bool isReplaced = false;
        var handler = new HookHandler(async request =>
        {
            if (request.RequestUri!.AbsolutePath.Contains("/rewriteTo/", StringComparison.Ordinal) && !isReplaced)
            {
                isReplaced = true;
                await StoreAsync(here, 2, 3);
            }
        });
        CodDatastore there = await OpenAsync(StoreKind.Bucket, There, new CodDatastoreOptions { HttpMessageHandler = handler });
        await CopyAsync(here, there);
        Assert.That(isReplaced);
        await AssertIntactAsync(there, 2, 3);
    }

    [Test]
    public async Task CopySeriesAsync_SourceIsReplacedOverAndOver_IsGivenUp()
    {
        CodDatastore here = await OpenAsync(StoreKind.Bucket, Here);
        await StoreAsync(here, 1);
        int number = 1;
        var handler = new HookHandler(request => request.RequestUri!.AbsolutePath.Contains("/rewriteTo/", StringComparison.Ordinal)
            ? StoreAsync(here, ++number)
            : Task.CompletedTask);
        CodDatastore there = await OpenAsync(StoreKind.Bucket, There, new CodDatastoreOptions { HttpMessageHandler = handler });
        Assert.That(() => CopyAsync(here, there), Throws.InstanceOf<SeriesChangedException>());
        Assert.That(await there.ListSeriesAsync().ToListAsync(), Is.Empty, "nothing was written, and the lock is gone");
    }

    [Test]
    public async Task CopySeriesAsync_SourceOfPython_IsProvenByEveryInstance([Values] StoreKind kind)
    {
        var golden = new GoldenSeries("ct5__v2");
        golden.CopyTo(StorePath(Here));
        CodDatastore here = await OpenAsync(StoreKind.Directory, Here);
        CodDatastore there = await OpenAsync(kind, There);
        string archive = StorePath(Here) + $"/{golden.Id.Path}.tar";
        byte[] bytes = await File.ReadAllBytesAsync(archive);
        bytes[5000] ^= 1;
        await File.WriteAllBytesAsync(archive, bytes);
        Assert.That(() => CopyAsync(here, there, id: golden.Id), Throws.InstanceOf<SeriesDamagedException>());
        Assert.That(await there.ListSeriesAsync().ToListAsync(), Is.Empty);
        bytes[5000] ^= 1;
        await File.WriteAllBytesAsync(archive, bytes);
        string @lock = StorePath(Here) + $"/{golden.Id.Path}/.gradient.lock";
        await File.WriteAllBytesAsync(@lock, []);
        Assert.That(() => CopyAsync(here, there, id: golden.Id), Throws.InstanceOf<SeriesChangedException>(), "it may be of another archive");
        File.Delete(@lock);
        Assert.That((await CopyAsync(here, there, id: golden.Id)).Outcome, Is.EqualTo(CopyOutcome.Copied));
        Assert.That((await there.VerifySeriesAsync(golden.Id.StudyUid, golden.Id.SeriesUid)).IsIntact);
    }

    [Test]
    public async Task CopySeriesAsync_ArchiveIsNotTheRecordedOne_WritesNothing([Values] StoreKind kind)
    {
        CodDatastore here = await OpenAsync(StoreKind.Bucket, Here);
        CodDatastore there = await OpenAsync(kind, There);
        await StoreAsync(here, 1);
        using var other = new MemoryStream([1, 2, 3]);
        await Emulator.Core.InsertAsync(Here, $"cod/{Id.Path}.tar", other, new GcsObjectAttributes(), GcsConditions.None, CancellationToken.None);
        Assert.That(() => CopyAsync(here, there), Throws.InstanceOf<SeriesDamagedException>());
        Assert.That(await there.ListSeriesAsync().ToListAsync(), Is.Empty);
    }

    [Test]
    public async Task CopySeriesAsync_ErrorLogHereOrThere_IsRefused([Values(Here, There)] string place)
    {
        CodDatastore here = await OpenAsync(StoreKind.Directory, Here);
        CodDatastore there = await OpenAsync(StoreKind.Directory, There);
        await StoreAsync(here, 1);
        string log = StorePath(place) + $"/{Id.Path}/error.log";
        Directory.CreateDirectory(Path.GetDirectoryName(log)!);
        await File.WriteAllTextAsync(log, "broken");
        Assert.That(() => CopyAsync(here, there), Throws.InstanceOf<ErrorLogExistsException>());
    }

    [Test]
    public async Task CopySeriesAsync_NoSuchSeries_IsNotFound()
    {
        CodDatastore here = await OpenAsync(StoreKind.Directory, Here);
        Assert.That(async () => await CopyAsync(here, await OpenAsync(StoreKind.Directory, There)), Throws.InstanceOf<CodObjectNotFoundException>());
    }

    [Test]
    public async Task CopySeriesAsync_AnyFaultOnTheWay_EndsIntact([Values] StoreKind kind, [Values("503", "lost before", "lost after", "cut")] string fault)
    {
        CodDatastore here = await OpenAsync(kind, Here);
        CodDatastore there = await OpenAsync(StoreKind.Bucket, There);
        for (int seed = 0; seed < 10; seed++)
        {
            int[] numbers = [.. Enumerable.Range(1, 1 + (seed % 3))];
            await StoreAsync(here, numbers);
            Emulator.Faults.Add(new FaultRule
            {
                Probability = 0.2,
                Seed = seed,
                Action = fault switch
                {
                    "503" => FaultAction.Refuse(503),
                    "lost before" => FaultAction.DropBefore,
                    "lost after" => FaultAction.DropAfter,
                    _ => FaultAction.CutResponse(200),
                },
            });
            await CopyAsync(here, there, new CopyOptions { Overwrite = true });
            Emulator.Faults.Clear();
            await AssertIntactAsync(there, numbers);
        }
    }

    [Test]
    public async Task CopySeriesAsync_BrokenOffAndMadeAgain_EndsIntact(
        [Values(".tar", "/index.sqlite", "/metadata.json")] string ending, [Values(Failure.LostBefore, Failure.LostAfter)] Failure failure)
    {
        CodDatastore here = await OpenAsync(StoreKind.Directory, Here);
        FailingStore? failing = null;
        CodDatastore there = Open(There, store => failing = new FailingStore(store));
        await StoreAsync(here, 1, 2);
        failing!.FailNext(ending, failure);
        Assert.That(() => CopyAsync(here, there), Throws.InstanceOf<CopyInterruptedException>().With.Message.Contains("cod unlock --force").And.Property("IsTransient").False);
        Assert.That(() => CopyAsync(here, there), failure == Failure.LostAfter && ending == "/metadata.json"
            ? Throws.Nothing
            : Throws.InstanceOf<LockAcquisitionException>().With.Property("Holder").Property("Operation").EqualTo("copy").And.Message.Contains("broken off"));
        await there.UnlockSeriesAsync(Id.StudyUid, Id.SeriesUid, new UnlockOptions { Force = true });
        await CopyAsync(here, there);
        await AssertIntactAsync(there, 1, 2);
    }
}
