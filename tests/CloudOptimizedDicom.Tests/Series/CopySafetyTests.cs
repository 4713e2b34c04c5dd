using System.Text.Json;
using CloudOptimizedDicom.Compression;
using CloudOptimizedDicom.Metadata;
using CloudOptimizedDicom.Part10;
using CloudOptimizedDicom.Storage;
using CloudOptimizedDicom.Testing.Objects;
using CloudOptimizedDicom.Testing.Requests;
using CloudOptimizedDicom.Tests.Golden;
using CloudOptimizedDicom.Tests.Part10;
using CloudOptimizedDicom.Tests.Protocol;
using CloudOptimizedDicom.Tests.Storage.GoogleCloud;

namespace CloudOptimizedDicom.Tests.Series;

/// <summary>What a copy must not replace, and what it must not be made of.</summary>
public sealed class CopySafetyTests : CopyFixture
{
    private static readonly CopyOptions Overwrite = new() { Overwrite = true };

    private static SeriesNames Names => new("cod/", Id);

    [Test]
    public async Task CopySeriesAsync_ArchiveThereWithoutMetadata_IsReplacedOnlyWhenAskedFor([Values] bool hasEmptyMetadata)
    {
        CodDatastore here = await OpenAsync(StoreKind.Bucket, Here);
        CodDatastore there = await OpenAsync(StoreKind.Bucket, There);
        await StoreAsync(here, 1, 2);
        await StoreAsync(there, 3);
        await (hasEmptyMetadata ? PutEmptyMetadataAsync(there) : there.Store.DeleteAsync(Names.Metadata, ObjectPrecondition.None));
        long generation = Emulator.Core.Find(There, Names.Tar)!.Generation;
        Assert.That(() => CopyAsync(here, there), Throws.InstanceOf<SeriesDamagedException>().With.Property("SeriesUri").EqualTo($"gs://{There}/{Names.Folder}"));
        Assert.That(() => CopyAsync(here, there, new CopyOptions { DryRun = true }), Throws.InstanceOf<SeriesDamagedException>());
        Assert.That(Emulator.Core.Find(There, Names.Tar)!.Generation, Is.EqualTo(generation));
        Assert.That(await there.ReadLockAsync(Id.StudyUid, Id.SeriesUid), Is.Null);
        await CopyAsync(here, there, Overwrite);
        await AssertIntactAsync(there, 1, 2);
    }

    [Test]
    public async Task CopySeriesAsync_SourceHasLostWhatItHad_ReplacesNothing([Values] bool hasArchive)
    {
        CodDatastore here = await OpenAsync(StoreKind.Bucket, Here);
        CodDatastore there = await OpenAsync(StoreKind.Bucket, There);
        await StoreAsync(here, 1);
        await StoreAsync(there, 2);
        await PutEmptyMetadataAsync(here);
        if (!hasArchive)
        {
            await here.Store.DeleteAsync(Names.Tar, ObjectPrecondition.None);
        }

        Assert.That(() => CopyAsync(here, there, Overwrite), Throws.InstanceOf<SeriesDamagedException>());
        Assert.That(() => CopyAsync(here, there, Overwrite with { DryRun = true }), Throws.InstanceOf<SeriesDamagedException>());
        await AssertIntactAsync(there, 2);
    }

    [Test]
    public async Task CopySeriesAsync_SourceWasTruncated_ReplacesTheInstances()
    {
        CodDatastore here = await OpenAsync(StoreKind.Bucket, Here);
        CodDatastore there = await OpenAsync(StoreKind.Bucket, There);
        await StoreAsync(here, 1);
        await StoreAsync(there, 2);
        await EmptyAsync(here);
        await CopyAsync(here, there, Overwrite);
        await AssertIntactAsync(there);
    }

    [Test]
    public async Task CopySeriesAsync_SourceOfPythonHasTheArchiveOfAWriterThatDied_IsRefused()
    {
        var golden = new GoldenSeries("ct5__v2");
        golden.CopyTo(StorePath(Here));
        CodDatastore here = await OpenAsync(StoreKind.Directory, Here);
        CodDatastore there = await OpenAsync(StoreKind.Directory, There);
        string file = WriteOneMore(golden.Id);
        (byte[] bytes, _) = await PythonTar.AppendAsync(
            await File.ReadAllBytesAsync(StorePath(Here) + $"/{golden.Id.Path}.tar"), [("instances/99.dcm", await File.ReadAllBytesAsync(file))]);
        await here.Store.UploadAsync($"{golden.Id.Path}.tar", ObjectUpload.FromMemory(bytes), ObjectPrecondition.None);
        Assert.That(() => CopyAsync(here, there, id: golden.Id), Throws.InstanceOf<SeriesDamagedException>().With.Message.Contains("a writer that died"));
        Assert.That(
            () => CopyAsync(here, there, new CopyOptions { DryRun = true }, golden.Id), Throws.InstanceOf<SeriesDamagedException>().With.Message.Contains("a writer that died"));
        Assert.That(
            () => here.AppendToSeriesAsync(golden.Id.StudyUid, golden.Id.SeriesUid, [new Instance(file)]),
            Throws.InstanceOf<SeriesDamagedException>().With.Message.Contains("a writer that died"));
        Assert.That(await there.ListSeriesAsync().ToListAsync(), Is.Empty);
    }

    /// <summary>Python writes the members of metadata that it knows, so that the archive of this library is named no more.</summary>
    [Test]
    public async Task CopySeriesAsync_PythonHasChangedOnlyTheMetadataOfOurs_IsCopied([Values] StoreKind kind, [Values] bool isEmpty)
    {
        CodDatastore here = await OpenAsync(kind, Here);
        CodDatastore there = await OpenAsync(kind, There);
        await StoreAsync(here, 1, 2);
        if (isEmpty)
        {
            await EmptyAsync(here);
        }

        var python = new PythonWriter(
            kind == StoreKind.Bucket ? ForeignObjects.In(Emulator.Core, Here) : ForeignObjects.In(StorePath(Here)), here.Name(Id));
        await python.SetFieldAsync("note", "[1]");
        int[] numbers = isEmpty ? [] : [1, 2];
        await AssertIntactAsync(here, numbers);
        Assert.That((await here.RepairSeriesAsync(Id.StudyUid, Id.SeriesUid)).Actions, Is.Empty);
        Assert.That((await CopyAsync(here, there, new CopyOptions { DryRun = true })).Outcome, Is.EqualTo(CopyOutcome.Copied));
        await CopyAsync(here, there);
        await AssertIntactAsync(there, numbers);
        await here.AppendToSeriesAsync(Id.StudyUid, Id.SeriesUid, [new Instance(SyntheticInstance.Write(Folder, 3, 40_000))]);
        await AssertIntactAsync(here, [.. numbers, 3]);
    }

    [Test]
    public async Task CopySeriesAsync_BothArchivesAreGone_IsNotTheSame()
    {
        CodDatastore here = await OpenAsync(StoreKind.Directory, Here);
        CodDatastore there = await OpenAsync(StoreKind.Directory, There);
        var golden = new GoldenSeries("ct5__v2");
        golden.CopyTo(StorePath(Here));
        golden.CopyTo(StorePath(There));
        File.Delete(StorePath(Here) + $"/{golden.Id.Path}.tar");
        File.Delete(StorePath(There) + $"/{golden.Id.Path}.tar");
        await RewriteMetadataAsync(here, golden);
        await RewriteMetadataAsync(there, golden);
        Assert.That(() => CopyAsync(here, there, id: golden.Id), Throws.InstanceOf<SeriesExistsException>());
        Assert.That(() => CopyAsync(here, there, Overwrite, golden.Id), Throws.InstanceOf<SeriesDamagedException>());
    }

    [Test]
    public async Task CopySeriesAsync_SourceOfPythonIsLocked_IsNotReadForNothing()
    {
        CodDatastore here = await OpenAsync(StoreKind.Bucket, Here);
        GoldenSeries golden = await PutPythonsAsync();
        using var @lock = new MemoryStream(new byte[1]);
        await Emulator.Core.InsertAsync(Here, $"cod/{golden.Id.Path}/.gradient.lock", @lock, new GcsObjectAttributes(), GcsConditions.None, CancellationToken.None);
        CodDatastore there = await OpenAsync(StoreKind.Directory, There);
        TakeRequests();
        Assert.That(() => CopyAsync(here, there, id: golden.Id), Throws.InstanceOf<SeriesChangedException>());
        Assert.That(TakeRequests().Where(request => request.Operation == GcsOperation.Media && request.Object.EndsWith(".tar", StringComparison.Ordinal)), Is.Empty);
    }

    [Test]
    public async Task CopySeriesAsync_SourceChangesBeforeTheLock_CopiesTheNewState()
    {
        CodDatastore here = await OpenAsync(StoreKind.Bucket, Here);
        await StoreAsync(here, 1);
        bool isChanged = false;
        var handler = new HookHandler(async request =>
        {
            // Asked after the metadata was read, and before the lock is taken.
            if (request.RequestUri!.AbsolutePath.EndsWith("error.log", StringComparison.Ordinal) && !isChanged)
            {
                isChanged = true;
                await here.UpdateSeriesAsync(
                    Id.StudyUid, Id.SeriesUid, CodMode.Append, series => Task.Run(() => series.SetField("note", JsonDocument.Parse("1").RootElement)));
            }
        });
        CodDatastore there = await OpenAsync(StoreKind.Bucket, There, new CodDatastoreOptions { HttpMessageHandler = handler });
        await CopyAsync(here, there);
        await using CodObject read = await there.OpenSeriesAsync(Id.StudyUid, Id.SeriesUid, CodMode.Read);
        Assert.That(isChanged);
        Assert.That(read.FieldNames, Does.Contain("note"));
    }

    [Test]
    public async Task CopySeriesAsync_ObjectIsReplacedWhileItIsRead_IsReadAgain()
    {
        CodDatastore writer = await OpenAsync(StoreKind.Bucket, Here);
        CodDatastore there = await OpenAsync(StoreKind.Bucket, There);
        await StoreAsync(writer, 1);
        bool isReplaced = false;
        var handler = new HookHandler(async request =>
        {
            if (request.RequestUri!.ToString() is { } uri && uri.Contains("index.sqlite", StringComparison.Ordinal) && uri.Contains("alt=media", StringComparison.Ordinal) && !isReplaced)
            {
                isReplaced = true;
                await Emulator.Core.CopyAsync((Here, Names.Index), GcsConditions.None, (Here, Names.Index), attributes: null, GcsConditions.None);
            }
        });
        CodDatastore here = await OpenAsync(StoreKind.Bucket, Here, new CodDatastoreOptions { HttpMessageHandler = handler });
        await CopyAsync(here, there);
        Assert.That(isReplaced);
        await AssertIntactAsync(there, 1);
    }

    [Test]
    public async Task CopySeriesAsync_ArchiveThereHasAnotherGeneration_IsUploadedOnce()
    {
        CodDatastore here = await OpenAsync(StoreKind.Directory, Here);
        CodDatastore there = await OpenAsync(StoreKind.Bucket, There);
        await StoreAsync(here, 1, 2);
        await StoreAsync(there, 3);
        await Emulator.Core.CopyAsync((There, Names.Tar), GcsConditions.None, (There, Names.Tar), attributes: null, GcsConditions.None);
        TakeRequests();
        await CopyAsync(here, there, Overwrite);
        Assert.That(TakeRequests().Count(request => request.OperationClass == 'A' && request.Object == Names.Tar), Is.EqualTo(1));
        await AssertIntactAsync(there, 1, 2);
    }

    [Test]
    public async Task CopySeriesAsync_ToADirectory_NeedsNoOtherScratchDirectory()
    {
        CodDatastore here = await OpenAsync(StoreKind.Bucket, Here);
        string scratch = StorePath("scratch");
        CodDatastore there = await OpenAsync(StoreKind.Directory, There, new CodDatastoreOptions { ScratchDirectory = scratch });
        await StoreAsync(here, 1);
        await CopyAsync(here, there);
        Assert.That(Directory.Exists(scratch), Is.False);
        Assert.That(Directory.EnumerateFiles(there.Store.StagingDirectory!), Is.Empty);
        await AssertIntactAsync(await OpenAsync(StoreKind.Directory, There), 1);
    }

    [Test]
    public async Task CopySeriesAsync_SomethingFailsAfterTheDownload_LeavesNoFile()
    {
        var golden = new GoldenSeries("ct5__v2");
        golden.CopyTo(StorePath(Here));
        CodDatastore here = await OpenAsync(StoreKind.Directory, Here);
        CodDatastore there = await OpenAsync(StoreKind.Bucket, There, new CodDatastoreOptions { ScratchDirectory = StorePath("scratch") });
        await File.WriteAllTextAsync(StorePath(Here) + $"/{golden.Id.Path}.tar", "no archive");
        Assert.That(() => CopyAsync(here, there, id: golden.Id), Throws.InstanceOf<SeriesDamagedException>());
        Assert.That(Directory.EnumerateFiles(StorePath("scratch")), Is.Empty);
    }

    [Test]
    public async Task CopySeriesAsync_ToItself_IsMisuse([Values] StoreKind kind)
    {
        CodDatastore here = await OpenAsync(kind, Here);
        CodDatastore again = await OpenAsync(kind, Here);
        await StoreAsync(here, 1);
        Assert.That(() => CopyAsync(here, again, Overwrite), Throws.ArgumentException);
    }

    [Test]
    public async Task CopySeriesAsync_BrokenOffTwice_CanBeMadeAgain()
    {
        CodDatastore here = await OpenAsync(StoreKind.Directory, Here);
        FailingStore? failing = null;
        CodDatastore there = Open(There, store => failing = new FailingStore(store));
        await StoreAsync(here, 1, 2);
        for (int time = 1; time <= 2; time++)
        {
            failing!.FailNext(".tar", Failure.LostAfter);
            Assert.That(() => CopyAsync(here, there), Throws.InstanceOf<CopyInterruptedException>());
            await there.UnlockSeriesAsync(Id.StudyUid, Id.SeriesUid, new UnlockOptions { Force = true });
        }

        await CopyAsync(here, there);
        await AssertIntactAsync(there, 1, 2);
    }

    /// <summary>Neither its size nor a checksum that the store knows tells.</summary>
    [Test]
    public async Task CopySeriesAsync_ArchiveThatAnotherToolChanged_IsRefused()
    {
        CodDatastore here = await OpenAsync(StoreKind.Directory, Here);
        CodDatastore there = await OpenAsync(StoreKind.Directory, There);
        await StoreAsync(here, 1);
        string archive = StorePath(Here) + $"/{Id.Path}.tar";
        await File.WriteAllBytesAsync(archive, DamagedSeries.Change(await File.ReadAllBytesAsync(archive), 5000));
        Assert.That(() => CopyAsync(here, there), Throws.InstanceOf<SeriesDamagedException>());
        Assert.That(await there.ListSeriesAsync().ToListAsync(), Is.Empty);
    }

    [Test]
    public async Task CopySeriesAsync_SourceOfPythonIsLockedWhileItIsRead_CopiesNothing()
    {
        CodDatastore writer = await OpenAsync(StoreKind.Bucket, Here);
        SeriesId id = (await PutPythonsAsync()).Id;
        bool isLocked = false;
        var handler = new HookHandler(async request =>
        {
            if (request.RequestUri!.ToString() is { } uri && uri.Contains(".tar", StringComparison.Ordinal) && uri.Contains("alt=media", StringComparison.Ordinal) && !isLocked)
            {
                isLocked = true;
                await writer.Store.UploadAsync($"cod/{id.Path}/.gradient.lock", ObjectUpload.FromMemory(new byte[1]), ObjectPrecondition.DoesNotExist);
            }
        });
        CodDatastore here = await OpenAsync(StoreKind.Bucket, Here, new CodDatastoreOptions { HttpMessageHandler = handler });
        CodDatastore there = await OpenAsync(StoreKind.Directory, There);
        Assert.That(() => CopyAsync(here, there, id: id), Throws.InstanceOf<SeriesChangedException>());
        Assert.That(isLocked);
        Assert.That(await there.ListSeriesAsync().ToListAsync(), Is.Empty);
    }

    /// <summary>Puts a series of Python into the bucket.</summary>
    private async Task<GoldenSeries> PutPythonsAsync()
    {
        var golden = new GoldenSeries("ct5__v2");
        golden.CopyTo(StorePath("local"));
        foreach (string name in new[] { ".tar", "/metadata.json", "/index.sqlite" })
        {
            using FileStream bytes = File.OpenRead(StorePath("local") + $"/{golden.Id.Path}{name}");
            await Emulator.Core.InsertAsync(Here, $"cod/{golden.Id.Path}{name}", bytes, new GcsObjectAttributes(), GcsConditions.None, CancellationToken.None);
        }

        return golden;
    }

    private static Task EmptyAsync(CodDatastore datastore) => datastore.UpdateSeriesAsync(Id.StudyUid, Id.SeriesUid, CodMode.Append, async series =>
    {
        await series.TruncateAsync();
        await series.SyncAsync(new SyncOptions { AllowEmpty = true });
    });

    private string WriteOneMore(SeriesId id)
    {
        string path = Path.Combine(Folder, "more.dcm");
        File.WriteAllBytes(path, DicomFileBuilder.Create()
            .Element(DicomTag.SOPInstanceUID, DicomVr.UI, $"{id.SeriesUid}.99")
            .Element(DicomTag.StudyInstanceUID, DicomVr.UI, id.StudyUid)
            .Element(DicomTag.SeriesInstanceUID, DicomVr.UI, id.SeriesUid)
            .ToArray());
        return path;
    }

    private static async Task PutEmptyMetadataAsync(CodDatastore datastore) => await datastore.Store.UploadAsync(
        Names.Metadata, StoredSeries.ToUpload(StoredSeries.ToBytes(new SeriesMetadata(Id, false, MetadataVersion.V2), datastore.Store, Names)), ObjectPrecondition.None);

    /// <summary>Writes the metadata of Python as a copy would, so that only the archives could differ.</summary>
    private static async Task RewriteMetadataAsync(CodDatastore datastore, GoldenSeries golden)
    {
        var names = new SeriesNames("", golden.Id);
        StoredSeries stored = (await StoredSeries.ReadAsync(datastore.Store, names, known: null, DecompressionLimits.Default, CancellationToken.None))!;
        await datastore.Store.UploadAsync(
            names.Metadata, StoredSeries.ToUpload(StoredSeries.ToBytes(stored.Metadata, datastore.Store, names)), ObjectPrecondition.None);
    }
}
