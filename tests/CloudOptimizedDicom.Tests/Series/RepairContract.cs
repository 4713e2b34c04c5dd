using CloudOptimizedDicom.Locking;

namespace CloudOptimizedDicom.Tests.Series;

/// <summary>What a repair does, whatever the store.</summary>
public abstract partial class RepairContract
{
    private CodDatastore _datastore = null!;
    private DamagedSeries _series = null!;

    public static IEnumerable<string> Harmless => DamagedSeries.Harmless.Keys;

    [SetUp]
    public async Task StoreSeries()
    {
        _datastore = await CreateDatastoreAsync();
        _series = new DamagedSeries(_datastore);
        await _series.CreateAsync(_datastore);
    }

    [TearDown]
    public async Task DeleteStore()
    {
        await _datastore.DisposeAsync();
        await DeleteDatastoreAsync();
    }

    [TestCaseSource(nameof(Harmless))]
    public async Task RepairSeriesAsync_DamageThatLosesNothing_IsMended(string damage)
    {
        await DamagedSeries.Harmless[damage](_series);
        IntegrityReport before = await VerifyAsync();
        RepairReport report = await RepairAsync();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(before.IsIntact, Is.False);
            Assert.That(report.Before.Findings, Is.EqualTo(before.Findings));
            Assert.That((report.HasWritten, report.IsRefused, report.LostInstances.Count), Is.EqualTo((true, false, 0)));
            await AssertIsWholeAsync();
        }
    }

    [TestCaseSource(nameof(Harmless))]
    public async Task RepairSeriesAsync_DryRun_SaysWhatARunDoesAndWritesNothing(string damage)
    {
        await DamagedSeries.Harmless[damage](_series);
        IReadOnlyList<(string, long)> before = await _series.ListAsync();
        RepairReport dry = await RepairAsync(new RepairOptions { DryRun = true });
        Assert.That(await _series.ListAsync(), Is.EqualTo(before));
        RepairReport run = await RepairAsync();
        Assert.That(dry.Actions, Is.EqualTo(run.Actions).And.Not.Empty);
        Assert.That(dry.HasWritten, Is.False);
    }

    [TestCaseSource(nameof(Harmless))]
    public async Task RepairSeriesAsync_Repeated_FindsNothingToDo(string damage)
    {
        await DamagedSeries.Harmless[damage](_series);
        await RepairAsync();
        IReadOnlyList<(string, long)> repaired = await _series.ListAsync();
        RepairReport again = await RepairAsync();
        Assert.That((again.Actions.Count, again.HasWritten), Is.EqualTo((0, false)));
        Assert.That(await _series.ListAsync(), Is.EqualTo(repaired), "nothing is written and no lock is left");
    }

    [Test]
    public async Task RepairSeriesAsync_MetadataIsGoneButTheLockHasIt_KeepsWhatTheArchiveCannotTell()
    {
        await _series.LeaveLockAsync(LockOperation.Append);
        await _series.EditAsync(_series.Names.Metadata, _ => null);
        Assert.That(async () => await RepairAsync(), Throws.InstanceOf<LockAcquisitionException>());
        RepairReport report = await RepairAsync(new RepairOptions { TakeOverLock = true });
        Assert.That(report.Actions.Select(action => action.Kind), Does.Not.Contain(RepairActionKind.RebuildRecord).And.Contain(RepairActionKind.RemoveLock));
        await AssertIsWholeAsync(DamagedSeries.Files);
    }

    [Test]
    public async Task RepairSeriesAsync_MetadataIsGone_RebuildsTheSameRecordsWithoutOriginalPath()
    {
        await using CodObject before = await OpenAsync();
        await _series.EditAsync(_series.Names.Metadata, _ => null);
        await RepairAsync();
        await using CodObject after = await OpenAsync();
        Assert.That(
            after.GetInstances().Select(instance => (instance.Record!.Uid, instance.Record.ArchiveRange, instance.Record.Crc32c, instance.Record.OriginalPath)),
            Is.EqualTo(before.GetInstances().Select(instance => (instance.Record!.Uid, instance.Record.ArchiveRange, instance.Record.Crc32c, ""))));
        Assert.That(
            after.GetInstances().Select(instance => instance.Metadata.Utf8Json.ToArray()),
            Is.EqualTo(before.GetInstances().Select(instance => instance.Metadata.Utf8Json.ToArray())));
    }

    [Test]
    public async Task RepairSeriesAsync_MetadataIsUnreadable_IsRefusedUnlessItMayBeForgottenAndThenKept()
    {
        byte[] unreadable = [1, 2, 3];
        await _series.EditAsync(_series.Names.Metadata, _ => unreadable);
        IReadOnlyList<(string, long)> before = await _series.ListAsync();
        RepairReport refused = await RepairAsync();
        Assert.That((refused.IsRefused, refused.HasWritten), Is.EqualTo((true, false)));
        Assert.That(await _series.ListAsync(), Is.EqualTo(before));
        RepairReport forgotten = await RepairAsync(new RepairOptions { ForgetLost = true });
        Assert.That((forgotten.IsRefused, forgotten.HasWritten), Is.EqualTo((false, true)));
        Assert.That(forgotten.Actions.Select(action => action.Kind), Does.Contain(RepairActionKind.KeepDamagedMetadata));
        Assert.That(await _series.ReadAsync(_series.Names.Metadata + ".damaged"), Is.EqualTo(unreadable));
        await AssertIsWholeAsync();
        await _datastore.DeleteSeriesAsync(DamagedSeries.Id.StudyUid, DamagedSeries.Id.SeriesUid);
        Assert.That(await _series.ListAsync(), Is.Empty);
    }

    [Test]
    public async Task RepairSeriesAsync_MetadataIsUnreadableButTheLockHasIt_IsRestored()
    {
        await _series.LeaveLockAsync(LockOperation.Append);
        await _series.EditAsync(_series.Names.Metadata, _ => [1, 2, 3]);
        RepairReport report = await RepairAsync(new RepairOptions { TakeOverLock = true });
        Assert.That(report.IsRefused, Is.False);
        await AssertIsWholeAsync(DamagedSeries.Files);
    }

    [Test]
    public async Task RepairSeriesAsync_CopyOfAnotherSeries_DoesNotBecomeThisOne([Values] bool withMetadata, [Values] bool forgetLost)
    {
        var other = new SeriesId(DamagedSeries.Id.StudyUid, DamagedSeries.Id.SeriesUid + ".9");
        SeriesNames names = _datastore.Name(other);
        byte[] tar = (await _series.ReadAsync(_series.Names.Tar))!;
        byte[] metadata = (await _series.ReadAsync(_series.Names.Metadata))!;
        await _series.EditAsync(names.Tar, _ => tar);
        if (withMetadata)
        {
            await _series.EditAsync(names.Metadata, _ => metadata);
        }

        RepairReport report = await _datastore.RepairSeriesAsync(other.StudyUid, other.SeriesUid, new RepairOptions { ForgetLost = forgetLost });
        IntegrityReport after = await _datastore.VerifySeriesAsync(other.StudyUid, other.SeriesUid);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(report.IsRefused, Is.EqualTo(withMetadata && !forgetLost));
            Assert.That(report.Actions.Select(action => action.Kind), Does.Not.Contain(RepairActionKind.RebuildRecord));
            Assert.That(after.Instances, Is.Zero);
            Assert.That(await _series.ReadAsync(names.Tar), Is.EqualTo(tar));
        }
    }

    [Test]
    public async Task RepairSeriesAsync_HeaderOfAnInstanceThatEndsInZerosIsDamaged_KeepsTheInstance([Values(1, 2)] int instances)
    {
        SeriesId id = SyntheticInstance.Id;
        string directory = Directory.CreateTempSubdirectory("cod-zeros-").FullName;
        string[] files = [.. Enumerable.Range(1, instances).Select(number => SyntheticInstance.Write(directory, number, pixelBytes: 10_000))];
        byte[] first = await File.ReadAllBytesAsync(files[0]);
        await File.WriteAllBytesAsync(files[0], [.. first[..^2048], .. new byte[2048]]);
        await _datastore.UpdateSeriesAsync(
            id.StudyUid, id.SeriesUid, CodMode.Append, series => series.AppendAsync(files.Select(file => new Instance(file))));
        Directory.Delete(directory, recursive: true);
        await _series.EditAsync(_datastore.Name(id).Tar, tar => DamagedSeries.Change(tar, 10));
        RepairReport report = await _datastore.RepairSeriesAsync(id.StudyUid, id.SeriesUid);
        IntegrityReport after = await _datastore.VerifySeriesAsync(id.StudyUid, id.SeriesUid);
        Assert.That((report.IsRefused, report.LostInstances.Count), Is.EqualTo((false, 0)));
        Assert.That((after.IsIntact, after.Instances), Is.EqualTo((true, instances)));
    }

    [Test]
    public async Task RepairSeriesAsync_ArchiveOfAnotherToolUnderTheLockOfAWriter_IsALoss()
    {
        await _series.LeaveLockAsync(LockOperation.Append);
        await PutPastLibraryAsync(_series.Names.Tar, DamagedSeries.DropLast((await _series.ReadAsync(_series.Names.Tar))!));
        RepairReport report = await RepairAsync(new RepairOptions { TakeOverLock = true });
        Assert.That((report.IsRefused, report.LostInstances.Count), Is.EqualTo((true, 1)));
    }

    [Test]
    public async Task RepairSeriesAsync_EarlierArchiveThanTheMetadataNames_IsALoss()
    {
        await _series.EditAsync(_series.Names.Tar, DamagedSeries.DropLast);
        await _series.LeaveLockAsync("", StoredSeries.ToBackup(_series.EarlierMetadata).ToArray());
        RepairReport report = await RepairAsync(new RepairOptions { TakeOverLock = true });
        Assert.That((report.IsRefused, report.LostInstances.Count), Is.EqualTo((true, 1)));
    }

    [Test]
    public async Task RepairSeriesAsync_InstanceIsLost_IsRefusedUnlessItMayBeForgotten()
    {
        await _series.EditAsync(_series.Names.Tar, tar => DamagedSeries.Change(tar, 512 + 128 + 2));
        string lost;
        await using (CodObject stored = await OpenAsync())
        {
            lost = stored.GetInstances()[0].Record!.Uid;
        }

        IReadOnlyList<(string, long)> before = await _series.ListAsync();
        RepairReport refused = await RepairAsync();
        Assert.That((refused.IsRefused, refused.HasWritten), Is.EqualTo((true, false)));
        Assert.That(refused.LostInstances, Is.EqualTo(new[] { lost }));
        Assert.That(await _series.ListAsync(), Is.EqualTo(before));
        RepairReport forgotten = await RepairAsync(new RepairOptions { ForgetLost = true });
        Assert.That((forgotten.IsRefused, forgotten.HasWritten), Is.EqualTo((false, true)));
        await using CodObject left = await OpenAsync();
        Assert.That(left.GetInstances().Select(instance => instance.OriginalPath), Is.EqualTo(DamagedSeries.Files[1..]));
        IntegrityReport after = await VerifyAsync();
        Assert.That(after.Findings.Select(finding => finding.Kind), Is.EqualTo(new[] { IntegrityFindingKind.ForeignMember }), "what is left of it stays in the archive");
    }

    [Test]
    public async Task RepairSeriesAsync_ArchiveIsCutInsideTheLastMember_KeepsItsRest()
    {
        byte[] rest = [];
        await _series.EditAsync(_series.Names.Tar, tar =>
        {
            byte[] cut = tar[..(tar.Length / 10240 * 10240 - 20480)];
            rest = cut[^1000..];
            return cut;
        });
        RepairReport report = await RepairAsync(new RepairOptions { ForgetLost = true });
        IntegrityReport after = await VerifyAsync();
        byte[] archive = (await _series.ReadAsync(_series.Names.Tar))!;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(report.LostInstances, Is.Not.Empty);
            Assert.That(report.Before.Findings.Select(finding => finding.Kind), Does.Contain(IntegrityFindingKind.ArchiveUnreadable).And.Contain(IntegrityFindingKind.InstanceMissing));
            Assert.That(report.Actions.Select(action => action.Kind), Does.Contain(RepairActionKind.KeepDamagedBytes).And.Contain(RepairActionKind.ForgetInstance));
            Assert.That(after.IsIntact, Is.True);
            Assert.That(after.Findings.Single().Subject, Does.Match(@"^damaged/\d+\.bin$"));
            Assert.That(archive.AsSpan().IndexOf(rest), Is.Positive);
        }
    }

    [Test]
    public async Task RepairSeriesAsync_DeleteWasBegun_IsFinished()
    {
        await _series.LeaveLockAsync(LockOperation.Delete);
        await _series.EditAsync(_series.Names.Metadata, _ => null);
        RepairReport dry = await RepairAsync(new RepairOptions { DryRun = true, TakeOverLock = true });
        RepairReport run = await RepairAsync(new RepairOptions { TakeOverLock = true });
        using (Assert.EnterMultipleScope())
        {
            Assert.That(run.Actions.Select(action => action.Kind), Is.EqualTo(new[] { RepairActionKind.FinishDelete, RepairActionKind.RemoveLock }));
            Assert.That(dry.Actions.Select(action => action.Kind), Is.EqualTo(run.Actions.Select(action => action.Kind)));
            Assert.That(await _series.ListAsync(), Is.Empty);
        }
    }

    [Test]
    public async Task RepairSeriesAsync_OverwriteThatDiedBeforeItsMetadata_IsFinished()
    {
        await _series.LeaveLockAsync(LockOperation.Write);
        byte[] metadata = (await _series.ReadAsync(_series.Names.Metadata))!;
        await _series.EditAsync(_series.Names.Lock, _ => null);
        await _datastore.UpdateSeriesAsync(
            DamagedSeries.Id.StudyUid, DamagedSeries.Id.SeriesUid, CodMode.Write, series => series.AppendAsync([new Instance(DamagedSeries.Files[3])]));
        await _series.EditAsync(_series.Names.Metadata, _ => metadata);
        await _series.LeaveLockAsync(LockOperation.Write);
        RepairReport report = await RepairAsync(new RepairOptions { TakeOverLock = true });
        await using CodObject left = await OpenAsync();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(report.IsRefused, Is.False);
            Assert.That(report.Actions.Count(action => action.Kind == RepairActionKind.ForgetInstance), Is.EqualTo(4));
            Assert.That(left.GetInstances().Single().OriginalPath, Is.EqualTo(DamagedSeries.Files[3]));
            Assert.That((await VerifyAsync()).Findings, Is.Empty);
        }
    }

    [Test]
    public async Task RepairSeriesAsync_MetadataOfAnArchiveThatNeverCame_GoesBackToWhatTheLockKeeps()
    {
        byte[] tar = (await _series.ReadAsync(_series.Names.Tar))!;
        byte[] index = (await _series.ReadAsync(_series.Names.Index))!;
        byte[] backup = StoredSeries.ToBackup((await _series.ReadAsync(_series.Names.Metadata))!).ToArray();
        string[] more = [.. Directory.GetFiles(Repository.TestData("dicom", "ct5")).Order(StringComparer.Ordinal).Reverse().Take(1)];
        await _datastore.UpdateSeriesAsync(
            DamagedSeries.Id.StudyUid, DamagedSeries.Id.SeriesUid, CodMode.Write, series => series.AppendAsync(more.Select(file => new Instance(file))));
        await _series.EditAsync(_series.Names.Tar, _ => tar);
        await _series.EditAsync(_series.Names.Index, _ => index);
        await _series.LeaveLockAsync("", backup);
        RepairReport report = await RepairAsync(new RepairOptions { TakeOverLock = true });
        Assert.That(report.LostInstances, Is.Empty);
        await AssertIsWholeAsync(DamagedSeries.Files);
    }

    [Test]
    public async Task RepairSeriesAsync_NothingIsWrong_WritesNothing()
    {
        IReadOnlyList<(string, long)> before = await _series.ListAsync();
        RepairReport report = await RepairAsync();
        Assert.That((report.Actions.Count, report.HasWritten, report.Before.IsIntact), Is.EqualTo((0, false, true)));
        Assert.That(await _series.ListAsync(), Is.EqualTo(before));
    }

    [Test]
    public void RepairSeriesAsync_NoSuchSeries_IsNotFound() =>
        Assert.That(() => _datastore.RepairSeriesAsync("1.2", "1.2.3"), Throws.InstanceOf<CodObjectNotFoundException>());

    protected abstract Task<CodDatastore> CreateDatastoreAsync();

    protected abstract Task DeleteDatastoreAsync();

    /// <summary>Writes an object as another tool does, without the id of an upload.</summary>
    protected abstract Task PutPastLibraryAsync(string name, byte[] bytes);

    /// <summary>Changes the bytes of an object behind the back of the store, where it lets that happen.</summary>
    protected virtual Task RotAsync(string name, byte[] bytes) => PutPastLibraryAsync(name, bytes);

    private Task<RepairReport> RepairAsync(RepairOptions? options = null) =>
        _datastore.RepairSeriesAsync(DamagedSeries.Id.StudyUid, DamagedSeries.Id.SeriesUid, options);

    private Task<IntegrityReport> VerifyAsync() => _datastore.VerifySeriesAsync(DamagedSeries.Id.StudyUid, DamagedSeries.Id.SeriesUid, new VerifyOptions { Deep = true });

    private Task<CodObject> OpenAsync() => _datastore.OpenSeriesAsync(DamagedSeries.Id.StudyUid, DamagedSeries.Id.SeriesUid, CodMode.Read);

    /// <summary>Every instance is there with its bytes, and verifies; so are the original paths, where they are given.</summary>
    private async Task AssertIsWholeAsync(string[]? originalPaths = null)
    {
        IntegrityReport after = await VerifyAsync();
        Assert.That(after.Findings.Where(finding => finding.IsDamage), Is.Empty);
        await using CodObject series = await OpenAsync();
        var read = new List<byte[]>();
        foreach (Instance instance in series.GetInstances())
        {
            await using Stream stream = await series.OpenInstanceAsync(instance);
            var bytes = new MemoryStream();
            await stream.CopyToAsync(bytes);
            read.Add(bytes.ToArray());
        }

        Assert.That(read, Is.EquivalentTo(DamagedSeries.Files.Select(File.ReadAllBytes)));
        if (originalPaths is not null)
        {
            Assert.That(series.GetInstances().Select(instance => instance.OriginalPath), Is.EqualTo(originalPaths));
        }
    }
}
