namespace CloudOptimizedDicom.Tests.Series;

/// <summary>When changes are kept, when they are not, and what is refused.</summary>
public sealed class SyncTests
{
    private static readonly SeriesId Id = new("1.2.826.0.1.3680043.8.498.7001.1", "1.2.826.0.1.3680043.8.498.7001.1.1");
    private static readonly string[] Files = [.. Directory.GetFiles(Repository.TestData("dicom", "ct5")).Order(StringComparer.Ordinal)];

    private TemporaryDatastore _store = null!;

    [SetUp]
    public async Task CreateStore() => _store = await TemporaryDatastore.CreateAsync();

    [TearDown]
    public async Task DeleteStore() => await _store.DisposeAsync();

    [Test]
    public async Task SyncAsync_AppendSyncAppendSync_KeepsBoth([Values(CodMode.Write, CodMode.Append)] CodMode mode)
    {
        await using (CodObject series = await _store.OpenAsync(Id, mode))
        {
            await series.AppendAsync([new Instance(Files[0]), new Instance(Files[1])]);
            await series.SyncAsync();
            await AssertHoldsAsync(Files[..2]);
            await series.AppendAsync(Files.Select(file => new Instance(file)));
            await series.SyncAsync();
            await AssertHoldsAsync(Files);
        }

        await AssertHoldsAsync(Files);
    }

    [Test]
    public async Task SyncAsync_Twice_WritesNothingTheSecondTime()
    {
        await using CodObject series = await _store.OpenAsync(Id, CodMode.Append);
        await series.AppendAsync([new Instance(Files[0])]);
        await series.SyncAsync();
        Dictionary<string, DateTime> before = FileTimes();
        await series.SyncAsync();
        Assert.That(FileTimes(), Is.EqualTo(before));
        Assert.That(series.HasPendingChanges, Is.False);
    }

    [Test]
    public async Task OpenInstanceAsync_BeforeAndAfterSync_ReadsTheSameBytes()
    {
        await _store.StoreAsync(Id, CodMode.Write, Files[..2]);
        await using CodObject series = await _store.OpenAsync(Id, CodMode.Append);
        await series.AppendAsync([new Instance(Files[2])]);
        Assert.That(await ReadAsync(series), Is.EqualTo(Files[..3].Select(File.ReadAllBytes)));
        await series.SyncAsync();
        Assert.That(await ReadAsync(series), Is.EqualTo(Files[..3].Select(File.ReadAllBytes)));
    }

    [Test]
    public async Task DicomUri_OfWhatWasSynced_StaysInTheDatastoreAndOfTheRestGoesBack()
    {
        var synced = new Instance(Files[0]);
        var discarded = new Instance(Files[1]);
        await using (CodObject series = await _store.OpenAsync(Id, CodMode.Append))
        {
            await series.AppendAsync([synced]);
            await series.SyncAsync();
            await series.AppendAsync([discarded]);
            Assert.That(discarded.DicomUri, Does.Contain(".tar://instances/"));
        }

        using (Assert.EnterMultipleScope())
        {
            Assert.That(synced.DicomUri, Is.EqualTo($"{_store.Datastore.Uri}/{Id.Path}.tar://instances/{synced.StoredUid}.dcm"));
            Assert.That(synced.OriginalPath, Is.EqualTo(Files[0]));
            Assert.That(discarded.DicomUri, Is.EqualTo(Files[1]));
            Assert.That(discarded.Record, Is.Null);
        }
    }

    [Test]
    public async Task AppendAsync_Cancelled_LeavesTheSeriesAsItWasAndTheNextAppendWorks([Values] bool isSomethingPending)
    {
        await using (CodObject series = await _store.OpenAsync(Id, CodMode.Append))
        {
            if (isSomethingPending)
            {
                await series.AppendAsync([new Instance(Files[0])]);
            }

            using var cancel = new CancellationTokenSource();
            Instance[] instances = [.. Files[1..].Select(file => new Instance(file))];
            var options = new AppendOptions { MaxParallelism = 1, Progress = new Callback(done => cancel.Cancel()) };
            Assert.That(async () => await series.AppendAsync(instances, options, cancel.Token), Throws.InstanceOf<OperationCanceledException>());
            Assert.That(instances.Select(instance => instance.DicomUri), Is.EqualTo(Files[1..]));
            Assert.That(series.GetInstances(), Has.Count.EqualTo(isSomethingPending ? 1 : 0));
            await series.AppendAsync(Files[2..].Select(file => new Instance(file)));
            await series.SyncAsync();
        }

        await AssertHoldsAsync(isSomethingPending ? [Files[0], .. Files[2..]] : Files[2..]);
    }

    [Test]
    public async Task AppendAsync_SequenceThrows_LeavesTheSeriesAsItWas()
    {
        await _store.StoreAsync(Id, CodMode.Write, Files[..1]);
        await using (CodObject series = await _store.OpenAsync(Id, CodMode.Append))
        {
            Assert.That(async () => await series.AppendAsync(Failing()), Throws.InstanceOf<NotSupportedException>());
            Assert.That(series.HasPendingChanges, Is.False);
        }

        await AssertHoldsAsync(Files[..1]);
    }

    [Test]
    public async Task AppendAsync_PathsThatCannotBeRead_CostNoOther()
    {
        string[] bad = [_store.Directory, "missing.dcm", "a\0b", "file://[", "gs://bucket/object.dcm"];
        AppendResult result = await _store.StoreAsync(Id, CodMode.Append, [Files[0], .. bad, Files[1]]);
        Assert.That(result.Errors.Select(error => error.Instance.OriginalPath), Is.EqualTo(bad));
        Assert.That(result.Errors.Select(error => error.Error), Is.All.InstanceOf<SourceReadException>());
        await AssertHoldsAsync(Files[..2]);
    }

    [Test]
    public async Task Change_WhileAnotherRuns_IsRefused()
    {
        await using CodObject series = await _store.OpenAsync(Id, CodMode.Append);
        int refused = 0;
        var options = new AppendOptions
        {
            Progress = new Callback(_ =>
            {
                Assert.ThrowsAsync<InvalidOperationException>(() => series.AppendAsync([new Instance(Files[1])]));
                Assert.ThrowsAsync<InvalidOperationException>(() => series.SyncAsync());
                refused++;
            }),
        };
        await series.AppendAsync([new Instance(Files[0])], options);
        Assert.That(refused, Is.EqualTo(1));
        await series.SyncAsync();
        await AssertHoldsAsync(Files[..1]);
    }

    [Test]
    public async Task Change_InReadMode_IsRefused()
    {
        await _store.StoreAsync(Id, CodMode.Write, Files[..1]);
        await using CodObject series = await _store.OpenAsync(Id, CodMode.Read);
        Assert.ThrowsAsync<WriteOperationInReadModeException>(() => series.AppendAsync([new Instance(Files[1])]));
        Assert.ThrowsAsync<WriteOperationInReadModeException>(() => series.SyncAsync());
    }

    [Test]
    public async Task SyncAsync_WriteOverASeries_Replaces()
    {
        await _store.StoreAsync(Id, CodMode.Write, Files);
        await _store.StoreAsync(Id, CodMode.Write, Files[3..]);
        await AssertHoldsAsync(Files[3..]);
    }

    [Test]
    public async Task SyncAsync_WriteOfNothing_IsRefusedUnlessAllowed()
    {
        await _store.StoreAsync(Id, CodMode.Write, Files);
        await using (CodObject series = await _store.OpenAsync(Id, CodMode.Write))
        {
            Assert.ThrowsAsync<InvalidOperationException>(() => series.SyncAsync());
        }

        await AssertHoldsAsync(Files);
        await using (CodObject series = await _store.OpenAsync(Id, CodMode.Write))
        {
            await series.SyncAsync(new SyncOptions { AllowEmpty = true });
        }

        await AssertHoldsAsync([]);
        await _store.StoreAsync(Id, CodMode.Append, Files);
        await AssertHoldsAsync(Files);
    }

    [Test]
    public async Task UpdateSeriesAsync_CallbackThrows_DiscardsAndReleases()
    {
        await _store.StoreAsync(Id, CodMode.Write, Files[..1]);
        NotSupportedException? thrown = Assert.ThrowsAsync<NotSupportedException>(() => _store.Datastore.UpdateSeriesAsync(
            Id.StudyUid,
            Id.SeriesUid,
            CodMode.Append,
            async series =>
            {
                await series.AppendAsync([new Instance(Files[1])]);
                throw new NotSupportedException("of the caller");
            }));
        Assert.That(thrown!.Message, Is.EqualTo("of the caller"));
        await AssertHoldsAsync(Files[..1]);
        await _store.StoreAsync(Id, CodMode.Append, Files[1..]);
        await AssertHoldsAsync(Files);
    }

    [Test]
    public async Task OpenSeriesAsync_CopiedStore_ReadsVerifiesAndAppends([Values(CodMode.Append, CodMode.Write)] CodMode mode)
    {
        await _store.StoreAsync(Id, CodMode.Write, Files[..2]);
        await using TemporaryDatastore copy = await TemporaryDatastore.CreateAsync();
        Copy(_store.StorePath, copy.StorePath);
        Assert.That((await copy.ReadAllAsync(Id)).Select(instance => instance.Bytes), Is.EqualTo(Files[..2].Select(File.ReadAllBytes)));
        Assert.That(await copy.VerifyAsync(Id), Is.Empty);
        await copy.StoreAsync(Id, mode, Files[2..]);
        Assert.That(
            (await copy.ReadAllAsync(Id)).Select(instance => instance.Bytes),
            Is.EqualTo((mode == CodMode.Append ? Files : Files[2..]).Select(File.ReadAllBytes)));
        Assert.That(await copy.VerifyAsync(Id), Is.Empty);
    }

    /// <summary>Members and places are as recorded, so that only the checksum of the whole archive tells.</summary>
    [Test]
    public async Task AppendAsync_ArchiveWithOtherBytesInAnInstance_BuildsNothingOnIt()
    {
        await _store.StoreAsync(Id, CodMode.Write, Files[..2]);
        string archive = Path.Combine(_store.StorePath, $"{Id.Path}.tar");
        await File.WriteAllBytesAsync(archive, DamagedSeries.Change(await File.ReadAllBytesAsync(archive), 5000));
        await using CodObject series = await _store.OpenAsync(Id, CodMode.Append);
        Assert.That(async () => await series.AppendAsync([new Instance(Files[2])]), Throws.InstanceOf<SeriesDamagedException>());
        Assert.That(series.HasPendingChanges, Is.False);
    }

    private static IEnumerable<Instance> Failing()
    {
        yield return new Instance(Files[1]);
        throw new NotSupportedException();
    }

    private static async Task<List<byte[]>> ReadAsync(CodObject series)
    {
        var all = new List<byte[]>();
        foreach (Instance instance in series.GetInstances())
        {
            await using Stream stream = await series.OpenInstanceAsync(instance);
            byte[] bytes = new byte[stream.Length];
            await stream.ReadExactlyAsync(bytes);
            all.Add(bytes);
        }

        return all;
    }

    /// <summary>What <c>cp -r</c> copies of the objects: neither their times nor what the store keeps beside them.</summary>
    private static void Copy(string source, string destination)
    {
        foreach (string file in Directory.GetFiles(source, "*", SearchOption.AllDirectories))
        {
            string name = Path.GetRelativePath(source, file);
            if (name.StartsWith("studies", StringComparison.Ordinal) && Path.GetFileName(file) != ".objects.json")
            {
                string copy = Path.Combine(destination, name);
                Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
                File.WriteAllBytes(copy, File.ReadAllBytes(file));
                File.SetLastWriteTimeUtc(copy, new DateTime(2024, 5, 6, 7, 8, 9, DateTimeKind.Utc));
            }
        }
    }

    private Dictionary<string, DateTime> FileTimes() => Directory.GetFiles(_store.StorePath, "*", SearchOption.AllDirectories)
        .ToDictionary(file => file, File.GetLastWriteTimeUtc);

    private async Task AssertHoldsAsync(IEnumerable<string> files)
    {
        Assert.That((await _store.ReadAllAsync(Id)).Select(instance => instance.Bytes), Is.EqualTo(files.Select(File.ReadAllBytes)));
        Assert.That(await _store.VerifyAsync(Id), Is.Empty);
    }

    private sealed class Callback(Action<InstanceProgress> report) : IProgress<InstanceProgress>
    {
        public void Report(InstanceProgress value) => report(value);
    }
}
