using CloudOptimizedDicom.Locking;
using CloudOptimizedDicom.Metadata;
using CloudOptimizedDicom.Storage;

namespace CloudOptimizedDicom.Tests.Series;

/// <summary>Bits of a directory that changed by themselves: sizes and times are as they were, unless a test says otherwise.</summary>
public sealed class BitRotTests
{
    private TemporaryDatastore _store = null!;
    private DamagedSeries _series = null!;
    private InstanceRecord[] _records = [];

    [SetUp]
    public async Task StoreSeries()
    {
        _store = await TemporaryDatastore.CreateAsync();
        _series = new DamagedSeries(_store.Datastore);
        await _series.CreateAsync(_store.Datastore);
        await using CodObject series = await _store.OpenAsync(DamagedSeries.Id, CodMode.Read);
        _records = [.. series.GetInstances().Select(instance => instance.Record!)];
    }

    [TearDown]
    public async Task DeleteStore() => await _store.DisposeAsync();

    [Test]
    public async Task VerifySeriesAsync_BitOfAnInstanceFlipped_NamesJustThatInstance([Values] bool deep, [Values] bool isTouched)
    {
        RotInstance(1, isTouched);
        IntegrityReport report = await _store.Datastore.VerifySeriesAsync(
            DamagedSeries.Id.StudyUid, DamagedSeries.Id.SeriesUid, new VerifyOptions { Deep = deep });
        Assert.That(report.Findings.Select(finding => finding.Kind), Is.EqualTo(new[] { IntegrityFindingKind.ArchiveDiffers, IntegrityFindingKind.InstanceDiffers }));
        Assert.That(report.Findings[1].Subject, Is.EqualTo(_records[1].Uid));
        Assert.That(report.Findings[1].Message, Does.Contain(Crc32c.ToBase64(_records[1].Crc32c)));
    }

    [Test]
    public async Task VerifySeriesAsync_BitOfTheIndexFlipped_NamesItAndARepairWritesItAgain()
    {
        byte[] index = (await _series.ReadAsync(_series.Names.Index))!;
        Rot(_series.Names.Index, bytes => bytes[^50] ^= 4);
        Assert.That((await VerifyAsync()).Findings.Single().Kind, Is.EqualTo(IntegrityFindingKind.IndexDiffers));
        RepairReport report = await RepairAsync();
        Assert.That(report.Actions.Select(action => action.Kind), Is.EqualTo(new[] { RepairActionKind.WriteIndex, RepairActionKind.WriteMetadata }));
        Assert.That(await _series.ReadAsync(_series.Names.Index), Is.EqualTo(index));
        await AssertIsWholeAsync();
    }

    [Test]
    public async Task VerifySeriesAsync_BitsOfTheMetadataFlipped_AreNamedAndMendedFromTheArchive(
        [Values("\"crc32c\":\"", "\"start_byte\":", "\"metadata\":\"", "\"instance_uid\":\"1.2.8", "\"end_byte\":", "\"instances\":{\"1.2.8", "\"size\":1")] string where)
    {
        byte[] damaged = [];
        Rot(_series.Names.Metadata, json =>
        {
            json[json.AsSpan().IndexOf(System.Text.Encoding.UTF8.GetBytes(where)) + where.Length + 2] ^= 1;
            damaged = [.. json];
        });
        IntegrityFindingKind kind = (await VerifyAsync()).Findings[0].Kind;
        Assert.That(kind, Is.EqualTo(IntegrityFindingKind.MetadataDiffers).Or.EqualTo(IntegrityFindingKind.MetadataUnreadable));
        RepairReport report = await RepairAsync(new RepairOptions { ForgetLost = kind == IntegrityFindingKind.MetadataUnreadable });
        Assert.That(
            (report.IsRefused, report.HasWritten, report.LostInstances.Count), Is.EqualTo((false, true, 0)), string.Join('\n', report.Actions));
        await AssertIsWholeAsync();
        Assert.That(await _series.ReadAsync(_series.Names.DamagedMetadata), Is.EqualTo(damaged));
    }

    /// <summary>A series of ours whose metadata Python has changed, rotten before it was uploaded, and then a writer that died before its archive.</summary>
    [TestCase(LockOperation.Append, false)]
    [TestCase(LockOperation.Append, true)]
    [TestCase(LockOperation.Write, false)]
    [TestCase(LockOperation.Copy, false)]
    public async Task RepairSeriesAsync_RottenUnderTheLockOfAWriterWithoutArchive_IsLostAndNotLeftOut(string operation, bool isLockEmpty)
    {
        await _series.EditAsync(_series.Names.Tar, tar =>
        {
            tar[(int)_records[1].ArchiveRange.End - 10] ^= 1;
            return tar;
        });
        SeriesMetadata metadata = SeriesMetadata.Parse((await _series.ReadAsync(_series.Names.Metadata))!, "metadata").Clone();
        (metadata.Tar, metadata.Index) = (null, null);
        await _series.EditAsync(_series.Names.Metadata, _ => StoredSeries.ToBytes(metadata, _store.Datastore.Store, _series.Names).ToArray());
        byte[]? kept = isLockEmpty
            ? StoredSeries.ToBytes(new SeriesMetadata(DamagedSeries.Id, usesHashedUids: false, MetadataVersion.V2), _store.Datastore.Store, _series.Names).ToArray()
            : null;
        await _series.LeaveLockAsync(operation, kept);
        RepairReport report = await RepairAsync(new RepairOptions { TakeOverLock = true });
        Assert.That((report.IsRefused, report.LostInstances), Is.EqualTo((true, new[] { _records[1].Uid })), string.Join('\n', report.Actions));
    }

    [Test]
    public async Task RepairSeriesAsync_TagsThatCannotBeReadAtAnotherTime_AreMadeAgainFromTheInstance()
    {
        Rot(_series.Names.Metadata, json => json[json.AsSpan().IndexOf("\"metadata\":\""u8) + 14] ^= 1, isTouched: true);
        Assert.That((await VerifyAsync()).Findings.Select(finding => (finding.Kind, finding.Subject)), Is.EqualTo(new[] { (IntegrityFindingKind.TagsDiffer, _records[0].Uid) }));
        await RepairAsync();
        await AssertIsWholeAsync();
        await using CodObject series = await _store.OpenAsync(DamagedSeries.Id, CodMode.Read);
        Assert.That(series.GetInstances().Select(instance => instance.OriginalPath), Is.EqualTo(DamagedSeries.Files));
    }

    [Test]
    public async Task RepairSeriesAsync_ChecksumInTheSideFileIsWrong_MakesTheArchiveReadableAgain()
    {
        string text = $"{(await _store.Datastore.Store.GetInfoAsync(_series.Names.Tar))!.Crc32c}";
        Rot($"{_series.Names.Folder}/.objects.json", json => json[json.AsSpan().IndexOf(System.Text.Encoding.UTF8.GetBytes(text)) + 4] ^= 1);
        Assert.That((await VerifyAsync()).Findings.Single().Kind, Is.EqualTo(IntegrityFindingKind.ArchiveDiffers));
        await RepairAsync();
        await AssertIsWholeAsync();
        await using CodDatastore copy = await CodDatastore.OpenAsync(Path.Combine(_store.Directory, "copy"));
        await CopyToAsync(copy);
    }

    [Test]
    public async Task RepairSeriesAsync_InstanceThatMayBeForgotten_IsKeptAsDamagedAndNeverTakenForIntact([Values] bool isTouched)
    {
        byte[] rotten = RotInstance(1, isTouched);
        RepairReport refused = await RepairAsync();
        Assert.That((refused.IsRefused, refused.LostInstances), Is.EqualTo((true, new[] { _records[1].Uid })));
        RepairReport report = await RepairAsync(new RepairOptions { ForgetLost = true });
        RepairAction kept = report.Actions.Single(action => action.Kind == RepairActionKind.KeepDamagedBytes);
        Assert.That(kept.Subject, Does.StartWith("damaged/"));
        Assert.That(
            kept.Message,
            Does.Contain(_records[1].Uid).And.Contain(Crc32c.ToBase64(_records[1].Crc32c)).And.Contain(Crc32c.ToBase64(Crc32c.Compute(rotten))));
        await using CodObject left = await _store.OpenAsync(DamagedSeries.Id, CodMode.Read);
        Assert.That(left.GetInstances().Select(instance => instance.OriginalPath), Is.EqualTo(DamagedSeries.Files.Where((_, i) => i != 1)));
        Assert.That((await _series.ReadAsync(_series.Names.Tar))!.AsSpan().IndexOf(rotten), Is.Positive, "the bytes are kept");
        RepairReport again = await RepairAsync(new RepairOptions { ForgetLost = true });
        Assert.That((again.Actions.Count, again.HasWritten), Is.EqualTo((0, false)));
        Assert.That((await VerifyAsync()).Findings.Select(finding => finding.Kind), Is.EqualTo(new[] { IntegrityFindingKind.ForeignMember }));
    }

    [Test]
    public async Task RepairSeriesAsync_MetadataIsGoneAndTheArchiveIsDamaged_BlessesNothing()
    {
        RotInstance(1);
        await _series.EditAsync(_series.Names.Metadata, _ => null);
        RepairReport refused = await RepairAsync();
        Assert.That((refused.IsRefused, refused.HasWritten), Is.EqualTo((true, false)), "no checksum tells which instances are good");
        await RepairAsync(new RepairOptions { ForgetLost = true });
        IntegrityReport after = await VerifyAsync();
        Assert.That((after.IsIntact, after.Instances), Is.EqualTo((true, 0)));
        Assert.That(after.Findings.Select(finding => finding.Subject), Has.Exactly(5).StartsWith("damaged/"));
    }

    [Test]
    public async Task RepairSeriesAsync_HashedSeries_GetsItsInstanceBackUnderTheHashedUid()
    {
        var hasher = new KeyedUidHasher(new byte[16]);
        var id = new SeriesId(hasher.Hash(DamagedSeries.Id.StudyUid), hasher.Hash(DamagedSeries.Id.SeriesUid));
        await _store.StoreAsync(
            id,
            CodMode.Append,
            DamagedSeries.Files.Select(file => new Instance(file) { UidHasher = hasher.Hash }),
            new OpenSeriesOptions { UsesHashedUids = true });
        List<(string Uid, byte[] Bytes)> before = await _store.ReadAllAsync(id);
        Rot(_store.Datastore.Name(id).Tar, tar => tar[_records[1].ArchiveRange.End - 100] ^= 16);
        RepairReport report = await _store.Datastore.RepairSeriesAsync(
            id.StudyUid, id.SeriesUid, new RepairOptions { Originals = [.. DamagedSeries.Files.Select(file => new Instance(file))] });
        Assert.That(report.Actions.Single(action => action.Kind == RepairActionKind.RestoreInstance).Subject, Is.EqualTo(before[1].Uid));
        Assert.That(await _store.ReadAllAsync(id), Is.EqualTo(before));
        Assert.That(await _store.VerifyAsync(id), Is.Empty);
    }

    [Test]
    public async Task RepairSeriesAsync_BitOfAnInstanceUidFlipped_DoesNotMakeAnotherInstanceOfIt([Values] bool isTouched)
    {
        byte[] uid = System.Text.Encoding.ASCII.GetBytes(_records[1].InstanceUid);
        ByteRange range = _records[1].ArchiveRange;
        Rot(_series.Names.Tar, tar =>
        {
            Span<byte> instance = tar.AsSpan((int)range.Offset, (int)range.Length);
            for (int at; (at = instance.IndexOf(uid)) >= 0;)
            {
                instance[at + uid.Length - 3] ^= 1;
            }
        }, isTouched);
        Assert.That((await RepairAsync()).LostInstances, Is.EqualTo(new[] { _records[1].Uid }));
        await RepairAsync(new RepairOptions { ForgetLost = true });
        Assert.That((await _store.ReadAllAsync(DamagedSeries.Id)).Select(read => read.Uid), Is.EqualTo(_records.Where((_, i) => i != 1).Select(record => record.Uid)));
    }

    [Test]
    public async Task ReadInstanceAsync_RottenNeighbour_DoesNotMatter([Values] bool isTouched)
    {
        RotInstance(1, isTouched);
        await using CodObject series = await _store.OpenAsync(DamagedSeries.Id, CodMode.Read);
        Assert.That(await series.ReadInstanceAsync(_records[2].Uid), Is.EqualTo(await File.ReadAllBytesAsync(DamagedSeries.Files[2])));
    }

    [Test]
    public async Task ReadInstanceAsync_RottenInstance_SaysSoWithBothChecksums([Values] bool isTouched)
    {
        byte[] rotten = RotInstance(1, isTouched);
        await using CodObject series = await _store.OpenAsync(DamagedSeries.Id, CodMode.Read);
        HashMismatchException error = Assert.ThrowsAsync<HashMismatchException>(() => series.ReadInstanceAsync(_records[1].Uid))!;
        Assert.That((error.Expected, error.Actual, error.IsTransient), Is.EqualTo((_records[1].Crc32c, Crc32c.Compute(rotten), false)));
    }

    [Test]
    public async Task ReadInstanceAsync_ArchiveIsCutShort_SaysThatItsBytesAreMissing()
    {
        string tar = Path.Combine(_store.StorePath, _series.Names.Tar);
        await File.WriteAllBytesAsync(tar, (await File.ReadAllBytesAsync(tar))[..(int)(_records[4].ArchiveRange.Offset + 10)]);
        await using CodObject series = await _store.OpenAsync(DamagedSeries.Id, CodMode.Read);
        Assert.That(await series.ReadInstanceAsync(_records[2].Uid), Is.EqualTo(await File.ReadAllBytesAsync(DamagedSeries.Files[2])));
        Assert.That(() => series.ReadInstanceAsync(_records[4].Uid), Throws.InstanceOf<TarMissingInstanceException>());
    }

    [Test]
    public async Task OpenReadAsync_WholeObjectWithOtherBytes_IsDamageAndNotTransient([Values("tar", "metadata.json")] string name)
    {
        string rotten = name == "tar" ? _series.Names.Tar : _series.Names.Metadata;
        Rot(rotten, bytes => bytes[^1] ^= 1);
        ChecksumMismatchException error = Assert.ThrowsAsync<ChecksumMismatchException>(() => _series.ReadAsync(rotten))!;
        Assert.That((error.IsDamage, error.IsTransient), Is.EqualTo((true, false)));
        Assert.That(error.Message, Does.Contain(Crc32c.ToBase64(error.Expected)).And.Contain(Crc32c.ToBase64(error.Actual!.Value)).And.Contain("cod repair"));
        await using ObjectContent content = (await _store.Datastore.Store.OpenReadAsync(rotten, new ObjectReadOptions { VerifyChecksum = false }))!;
        Assert.That(await content.TryReadToEndAsync(CancellationToken.None), Is.Not.Null);
    }

    [Test]
    public async Task RemoveAsync_RottenInstance_LeavesTheOthersWhole()
    {
        RotInstance(1);
        await _store.Datastore.UpdateSeriesAsync(
            DamagedSeries.Id.StudyUid, DamagedSeries.Id.SeriesUid, CodMode.Append, series => series.RemoveAsync([_records[1].Uid]));
        Assert.That((await VerifyAsync()).Findings, Is.Empty);
        Assert.That((await _store.ReadAllAsync(DamagedSeries.Id)).Select(read => read.Uid), Is.EqualTo(_records.Where((_, i) => i != 1).Select(record => record.Uid)));
    }

    [Test]
    public async Task AppendAsync_RottenInstanceToCarryOver_IsRefusedByName([Values] bool isRemoval)
    {
        RotInstance(1);
        IReadOnlyList<(string, long)> before = await _series.ListAsync();
        string file = SeriesFile();
        await using (CodObject series = await _store.OpenAsync(DamagedSeries.Id, CodMode.Append))
        {
            SeriesDamagedException error = Assert.ThrowsAsync<SeriesDamagedException>(
                () => isRemoval ? series.RemoveAsync([_records[2].Uid]) : series.AppendAsync([new Instance(DamagedSeries.Files[1]), new Instance(file)]))!;
            Assert.That((error.IsTransient, error.Message), Is.EqualTo((false, error.Message)));
            Assert.That(error.Message, Does.Contain(_records[1].Uid).And.Contain("--from").And.Not.Contain(_records[2].Uid));
        }

        Assert.That(await _series.ListAsync(), Is.EqualTo(before));
    }

    [Test]
    public async Task CopySeriesAsync_RottenInstance_IsRefusedByName([Values] bool isTouched)
    {
        RotInstance(1, isTouched);
        await using CodDatastore copy = await CodDatastore.OpenAsync(Path.Combine(_store.Directory, "copy"));
        SeriesDamagedException error = Assert.ThrowsAsync<SeriesDamagedException>(() => CopyToAsync(copy))!;
        Assert.That(error.Message, Does.Contain(_records[1].Uid).And.Not.Contain(_records[2].Uid));
        Assert.That(await copy.Store.ListAsync("").ToListAsync(), Is.Empty);
    }

    /// <summary>One more file of the series.</summary>
    private string SeriesFile()
    {
        string path = Path.Combine(_store.Directory, "more.dcm");
        byte[] file = File.ReadAllBytes(DamagedSeries.Files[0]);
        byte[] uid = System.Text.Encoding.ASCII.GetBytes(_records[0].InstanceUid);
        for (int at; (at = file.AsSpan().IndexOf(uid)) >= 0;)
        {
            file[at + uid.Length - 1] = file[at + uid.Length - 1] == (byte)'9' ? (byte)'8' : (byte)'9';
        }

        File.WriteAllBytes(path, file);
        return path;
    }

    /// <summary>Changes a bit near the end of an instance; gives the bytes that it has then.</summary>
    private byte[] RotInstance(int number, bool isTouched = false)
    {
        ByteRange range = _records[number].ArchiveRange;
        byte[] rotten = [];
        Rot(_series.Names.Tar, tar =>
        {
            tar[range.End - 100] ^= 16;
            rotten = tar[(int)range.Offset..(int)range.End];
        }, isTouched);
        return rotten;
    }

    private void Rot(string name, Action<byte[]> change, bool isTouched = false) =>
        Damage.Edit(Path.Combine(_store.StorePath, name), bytes =>
        {
            change(bytes);
            return bytes;
        }, keepsTime: !isTouched);

    private Task<CopyReport> CopyToAsync(CodDatastore copy) => _store.Datastore.CopySeriesAsync(DamagedSeries.Id.StudyUid, DamagedSeries.Id.SeriesUid, copy);

    private Task<IntegrityReport> VerifyAsync() => _store.Datastore.VerifySeriesAsync(DamagedSeries.Id.StudyUid, DamagedSeries.Id.SeriesUid);

    private Task<RepairReport> RepairAsync(RepairOptions? options = null) =>
        _store.Datastore.RepairSeriesAsync(DamagedSeries.Id.StudyUid, DamagedSeries.Id.SeriesUid, options);

    private async Task AssertIsWholeAsync()
    {
        IntegrityReport after = await _store.Datastore.VerifySeriesAsync(
            DamagedSeries.Id.StudyUid, DamagedSeries.Id.SeriesUid, new VerifyOptions { Deep = true });
        Assert.That(after.Findings, Is.Empty);
        Assert.That((await _store.ReadAllAsync(DamagedSeries.Id)).Select(read => read.Bytes), Is.EquivalentTo(DamagedSeries.Files.Select(File.ReadAllBytes)));
        Assert.That((await RepairAsync()).Actions, Is.Empty);
    }
}
