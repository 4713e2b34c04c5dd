using CloudOptimizedDicom.Locking;

namespace CloudOptimizedDicom.Tests.Series;

public sealed class IngestTests
{
    private string _folder = null!;
    private CodDatastore _datastore = null!;

    [SetUp]
    public async Task OpenAsync()
    {
        _folder = Directory.CreateTempSubdirectory("cod-ingest-").FullName;
        _datastore = await CodDatastore.OpenAsync(_folder);
    }

    [TearDown]
    public async Task CloseAsync()
    {
        await _datastore.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Test]
    public async Task Ingest_FilesOfSeveralSeries_StoresEachInItsOwn()
    {
        var progress = new LastProgress();
        var options = new IngestOptions { Append = new AppendOptions { Progress = progress } };
        List<SeriesIngest> results = await _datastore.IngestAsync(Files("ct5", "appendset").Append(new Instance("none.dcm")).ToAsyncEnumerable(), options).ToListAsync();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(results.Where(result => result.Id is null).SelectMany(result => result.Errors).Select(error => error.Instance.OriginalPath), Is.EqualTo(new[] { "none.dcm" }));
            Assert.That(results.Where(result => result.Id is not null).Sum(result => result.New.Count), Is.EqualTo(10));
            Assert.That(results.Sum(result => result.Conflict.Count), Is.EqualTo(2), "2_diffheader and 2_diffpixels");
            Assert.That(progress.Last.Instances, Is.EqualTo(12));
            Assert.That(progress.Last.Bytes, Is.EqualTo(Files("ct5", "appendset").Sum(instance => new FileInfo(instance.OriginalPath).Length)));
        }
    }

    [Test]
    public async Task Ingest_LockedSeries_IsSkippedAndCostsNoOther()
    {
        SeriesId locked = await _datastore.IdentifyAsync(Files("ct5")[0]);
        await using CodObject holder = await _datastore.OpenSeriesAsync(locked.StudyUid, locked.SeriesUid, CodMode.Append);
        List<SeriesIngest> results = await _datastore.IngestAsync(Files("ct5", "appendset").ToAsyncEnumerable()).ToListAsync();
        SeriesIngest skipped = results.Single(result => result.IsLocked);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(skipped.Id, Is.EqualTo(locked));
            Assert.That(skipped.Errors.Select(error => error.Error), Is.All.InstanceOf<LockAcquisitionException>());
            Assert.That(results.Single(result => !result.IsLocked).New, Has.Count.EqualTo(5));
        }
    }

    [Test]
    public async Task Ingest_SeriesInSeveralGroups_DoesNotMeetItsOwnLock()
    {
        Instance[] shuffled = [.. Files("ct5").Zip(Files("appendset").Take(5), (left, right) => new[] { left, right }).SelectMany(pair => pair)];
        var options = new IngestOptions { MaxWaiting = 1, MaxParallelism = 4 };
        List<SeriesIngest> results = await _datastore.IngestAsync(shuffled.ToAsyncEnumerable(), options).ToListAsync();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(results.SelectMany(result => result.Errors).Select(error => error.Error.Message), Is.Empty);
            Assert.That(results, Has.Count.EqualTo(10));
            Assert.That(results.Count(result => result.IsRepeat), Is.EqualTo(8));
            Assert.That(results.Sum(result => result.New.Count + result.Conflict.Count), Is.EqualTo(10));
        }
    }

    [Test]
    public async Task Ingest_Cancelled_TellsWhatItHasStored()
    {
        using var cancelling = new CancellationTokenSource();
        var stored = new List<SeriesIngest>();
        var options = new IngestOptions { MaxParallelism = 1, Append = new AppendOptions { Progress = new CancelAfterFirst(cancelling) } };
        Assert.CatchAsync<OperationCanceledException>(async () =>
        {
            await foreach (SeriesIngest result in _datastore.IngestAsync(Files("ct5", "appendset").ToAsyncEnumerable(), options, cancelling.Token))
            {
                stored.Add(result);
            }
        });
        int found = await _datastore.ListSeriesAsync().CountAsync(series => series.TimeUpdated is not null);
        Assert.That(stored.Count(result => result.New.Count > 0), Is.EqualTo(found));
        Assert.That(Directory.GetFiles(_folder, ".gradient.lock", SearchOption.AllDirectories), Is.Empty);
    }

    [Test]
    public async Task Ingest_EndedByTheCaller_LeavesNoLock()
    {
        await foreach (SeriesIngest result in _datastore.IngestAsync(Files("ct5", "appendset").ToAsyncEnumerable(), new IngestOptions { MaxParallelism = 1 }))
        {
            break;
        }

        Assert.That(Directory.GetFiles(_folder, ".gradient.lock", SearchOption.AllDirectories), Is.Empty);
        Assert.That(await _datastore.IngestAsync(Files("ct5", "appendset").ToAsyncEnumerable()).AllAsync(result => result.Errors.Count == 0), Is.True);
    }

    [Test]
    public void Ingest_SourceOfInstancesFails_IsThrown()
    {
        static async IAsyncEnumerable<Instance> Failing()
        {
            yield return Files("ct5")[0];
            await Task.Yield();
            throw new IOException("the list is gone");
        }

        Assert.ThrowsAsync<IOException>(async () => await _datastore.IngestAsync(Failing()).ToListAsync());
    }

    [Test]
    public async Task Ingest_WriteWithAnUnknownInstance_ReplacesNothing()
    {
        await _datastore.IngestAsync(Files("ct5").Take(1).ToAsyncEnumerable()).ToListAsync();
        Instance[] instances = [Files("ct5")[1], new("none.dcm")];
        List<SeriesIngest> results = await _datastore.IngestAsync(instances.ToAsyncEnumerable(), new IngestOptions { Mode = CodMode.Write }).ToListAsync();
        SeriesId id = results.Single(result => result.Id is not null).Id!;
        await using CodObject series = await _datastore.OpenSeriesAsync(id.StudyUid, id.SeriesUid, CodMode.Read);
        Assert.That(series.GetInstances().Single().OriginalPath, Is.EqualTo(Files("ct5")[0].OriginalPath));
        Assert.That(results.Sum(result => result.New.Count), Is.Zero);
    }

    [Test]
    public void Ingest_ReadMode_IsRefused() => Assert.ThrowsAsync<ArgumentException>(
        async () => await _datastore.IngestAsync(Files("ct5").ToAsyncEnumerable(), new IngestOptions { Mode = CodMode.Read }).ToListAsync());

    private static Instance[] Files(params string[] folders) =>
    [
        .. folders.SelectMany(folder => Directory.GetFiles(Repository.TestData("dicom", folder)).Order(StringComparer.Ordinal)).Select(file => new Instance(file)),
    ];

    /// <summary>Cancels at the first instance of the second series.</summary>
    private sealed class CancelAfterFirst(CancellationTokenSource cancelling) : IProgress<InstanceProgress>
    {
        public void Report(InstanceProgress value)
        {
            if (value.Instances == 6)
            {
                cancelling.Cancel();
            }
        }
    }

    /// <summary>Remembers what was told last; calls come one after the other.</summary>
    private sealed class LastProgress : IProgress<InstanceProgress>
    {
        public InstanceProgress Last { get; private set; }

        public void Report(InstanceProgress value) => Last = value;
    }
}
