using CloudOptimizedDicom.Locking;

namespace CloudOptimizedDicom.Tests.Series;

public abstract partial class RepairContract
{
    [Test]
    public async Task RepairSeriesAsync_OriginalOfADamagedInstance_IsPutBackUnderItsRecord([Values] bool hasOthers)
    {
        InstanceRecord[] before = await ReadRecordsAsync();
        await RotAsync(before[1]);
        string[] files = hasOthers ? DamagedSeries.Files : [DamagedSeries.Files[1]];
        RepairReport report = await RepairAsync(From(files));
        InstanceRecord[] after = await ReadRecordsAsync();
        using (Assert.EnterMultipleScope())
        {
            Assert.That((report.IsRefused, report.HasWritten, report.LostInstances.Count), Is.EqualTo((false, true, 0)));
            RepairAction restored = report.Actions.Single(action => action.Kind == RepairActionKind.RestoreInstance);
            Assert.That((restored.Subject, restored.Message), Is.EqualTo((before[1].Uid, $"from {DamagedSeries.Files[1]}")));
            Assert.That(report.Actions.Select(action => action.Kind), Does.Contain(RepairActionKind.KeepDamagedBytes).And.Not.Contain(RepairActionKind.RebuildRecord));
            Assert.That(
                after.Select(record => (record.Uid, record.Crc32c, record.OriginalPath, record.ModifiedDateTime)),
                Is.EqualTo(before.Select(record => (record.Uid, record.Crc32c, record.OriginalPath, record.ModifiedDateTime))));
            await AssertIsWholeAsync(DamagedSeries.Files);
            Assert.That((await RepairAsync(From(files))).Actions, Is.Empty);
        }
    }

    [Test]
    public async Task RepairSeriesAsync_OriginalsAndDryRun_SaysWhichAndWritesNothing()
    {
        await RotAsync((await ReadRecordsAsync())[1]);
        IReadOnlyList<(string, long)> before = await _series.ListAsync();
        RepairReport dry = await RepairAsync(From(DamagedSeries.Files) with { DryRun = true });
        Assert.That(await _series.ListAsync(), Is.EqualTo(before));
        Assert.That((dry.IsRefused, dry.HasWritten), Is.EqualTo((false, false)));
        Assert.That((await RepairAsync(From(DamagedSeries.Files))).Actions, Is.EqualTo(dry.Actions));
    }

    [Test]
    public async Task RepairSeriesAsync_ArchiveIsGone_IsMadeAgainFromOriginals([Values] bool isMetadataInTheLock)
    {
        if (isMetadataInTheLock)
        {
            await _series.LeaveLockAsync(LockOperation.Append);
            await _series.EditAsync(_series.Names.Metadata, _ => null);
        }

        await _series.EditAsync(_series.Names.Tar, _ => null);
        RepairReport refused = await RepairAsync(From(DamagedSeries.Files[..3]) with { TakeOverLock = isMetadataInTheLock });
        Assert.That((refused.IsRefused, refused.LostInstances.Count), Is.EqualTo((true, 2)), "two have no original");
        string[] originals = [.. DamagedSeries.Files.Reverse()];
        RepairReport report = await RepairAsync(From(originals) with { TakeOverLock = isMetadataInTheLock });
        Assert.That(report.Actions.Count(action => action.Kind == RepairActionKind.RestoreInstance), Is.EqualTo(5));
        await AssertIsWholeAsync(DamagedSeries.Files);
    }

    [Test]
    public async Task RepairSeriesAsync_OriginalWithOtherBytes_IsNotTaken()
    {
        InstanceRecord[] records = await ReadRecordsAsync();
        await RotAsync(records[1]);
        string directory = Directory.CreateTempSubdirectory("cod-originals-").FullName;
        try
        {
            string other = Path.Combine(directory, "other.dcm");
            byte[] bytes = await File.ReadAllBytesAsync(DamagedSeries.Files[1]);
            bytes[^7] ^= 1;
            await File.WriteAllBytesAsync(other, bytes);
            string noDicom = Path.Combine(directory, "none.dcm");
            await File.WriteAllBytesAsync(noDicom, new byte[bytes.Length]);
            RepairReport report = await RepairAsync(From(other, noDicom, Path.Combine(directory, "missing.dcm"), DamagedSeries.Files[0]));
            Assert.That((report.IsRefused, report.LostInstances), Is.EqualTo((true, new[] { records[1].Uid })));
            Assert.That(
                report.Actions.Single(action => action.Kind == RepairActionKind.ForgetInstance).Message,
                Does.Contain(other).And.Contain(Crc32c.ToBase64(Crc32c.Compute(bytes))).And.Contain("missing.dcm"));
            Assert.That((await RepairAsync(From(other, DamagedSeries.Files[1]))).IsRefused, Is.False, "the next one with its size has its bytes");
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [Test]
    public async Task RepairSeriesAsync_MetadataIsGoneAndTheArchiveDamagedBehindTheStore_TakesWhatOriginalsProve()
    {
        InstanceRecord[] records = await ReadRecordsAsync();
        await _series.EditAsync(_series.Names.Metadata, _ => null);
        await RotAsync(records[1]);
        RepairReport report = await RepairAsync(From(DamagedSeries.Files) with { ForgetLost = true });
        Assert.That(report.IsRefused, Is.False);
        await using CodObject series = await OpenAsync();
        foreach (Instance instance in series.GetInstances().Where(instance => instance.Record!.Uid != records[1].Uid))
        {
            int number = Array.FindIndex(records, record => record.Uid == instance.Record!.Uid);
            Assert.That(await series.ReadInstanceAsync(records[number].Uid), Is.EqualTo(await File.ReadAllBytesAsync(DamagedSeries.Files[number])));
        }
    }

    private static RepairOptions From(params string[] files) => new() { Originals = [.. files.Select(file => new Instance(file))] };

    /// <summary>Changes a bit of an instance as a disk does.</summary>
    private async Task RotAsync(InstanceRecord record) =>
        await RotAsync(_series.Names.Tar, DamagedSeries.Change((await _series.ReadAsync(_series.Names.Tar))!, (int)record.ArchiveRange.End - 100));

    private async Task<InstanceRecord[]> ReadRecordsAsync()
    {
        await using CodObject series = await OpenAsync();
        return [.. series.GetInstances().Select(instance => instance.Record!)];
    }
}
