using CloudOptimizedDicom.Part10;
using CloudOptimizedDicom.Tests.Part10;

namespace CloudOptimizedDicom.Tests.Series;

/// <summary>Files that are not as DICOM wants them, on their way into a series; and whole files that come after their own beginning.</summary>
[TestFixture(40)]
[TestFixture(6 * 1024 * 1024, Description = "streamed, not read at once")]
public sealed class AppendWarningTests(int pixelBytes)
{
    private static readonly SeriesId Id = SyntheticInstance.Id;
    private static readonly AppendOptions Replacing = new() { ReplaceTruncated = true };

    private TemporaryDatastore _store = null!;

    [SetUp]
    public async Task CreateStoreAsync() => _store = await TemporaryDatastore.CreateAsync();

    [TearDown]
    public async Task DeleteStoreAsync() => await _store.DisposeAsync();

    [Test]
    public async Task AppendAsync_TruncatedFile_IsStoredAsItIsWithItsWarning()
    {
        byte[] cut = Whole(1)[..^7];
        Instance instance = Write("cut.dcm", cut);
        AppendResult result = await StoreAsync(null, instance, Write("whole.dcm", Whole(2)));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(result.New, Has.Count.EqualTo(2));
            Assert.That((result.Warnings.Single().Instance, result.Warnings.Single().Dicom), Is.EqualTo((instance, instance.Warnings.Single())));
            Assert.That((instance.Warnings.Single().Kind, instance.Warnings.Single().Offset), Is.EqualTo((DicomWarningKind.EndsEarly, (long)cut.Length)));
            Assert.That((await _store.ReadAllAsync(Id))[0].Bytes, Is.EqualTo(cut));
        }
    }

    [Test]
    public async Task AppendAsync_Strict_RefusesItAndTakesTheOthers()
    {
        Instance cut = Write("cut.dcm", Whole(1)[..^7]);
        AppendResult result = await StoreAsync(new AppendOptions { Strict = true }, cut, Write("whole.dcm", Whole(2)));
        var refused = result.Errors.Single().Error as InstanceRefusedException;
        using (Assert.EnterMultipleScope())
        {
            Assert.That((result.New.Count, result.Reasons[cut]), Is.EqualTo((1, AppendReason.Failed)));
            Assert.That(refused?.Warnings.Single().Kind, Is.EqualTo(DicomWarningKind.EndsEarly));
            Assert.That(await _store.VerifyAsync(Id), Is.Empty);
            Assert.That((await _store.ReadAllAsync(Id)).Single().Bytes, Is.EqualTo(Whole(2)));
        }
    }

    [Test]
    public async Task VerifySeriesAsync_Deep_NotesTheWarning()
    {
        await StoreAsync(null, Write("cut.dcm", Whole(1)[..^7]));
        IntegrityReport report = await _store.Datastore.VerifySeriesAsync(Id.StudyUid, Id.SeriesUid, new VerifyOptions { Deep = true });
        IntegrityFinding note = report.Findings.Single();
        Assert.That((note.Kind, note.Subject, report.IsIntact), Is.EqualTo((IntegrityFindingKind.InstanceWarning, SyntheticInstance.Uid(1), true)));
        Assert.That(note.Message, Does.Contain("the file ends behind"));
    }

    [Test]
    public async Task AppendAsync_WholeFileAfterItsBeginning_IsReportedAsSuch([Values] bool inOneCall)
    {
        Instance[] given = [Write("cut.dcm", Whole(1)[..^7]), Write("whole.dcm", Whole(1))];
        AppendResult result = inOneCall ? await StoreAsync(null, given) : await StoreOneByOneAsync(null, given);
        Assert.That((result.Conflict.Single(), result.Reasons[given[1]]), Is.EqualTo((given[1], AppendReason.StoredIsBeginning)));
        Assert.That((await _store.ReadAllAsync(Id)).Single().Bytes, Is.EqualTo(Whole(1)[..^7]));
    }

    [Test]
    public async Task AppendAsync_ReplaceTruncated_PutsTheWholeFileInItsPlace([Values] bool inOneCall)
    {
        await StoreAsync(null, Write("first.dcm", Whole(2)));
        Instance[] given = [Write("cut.dcm", Whole(1)[..^7]), Write("whole.dcm", Whole(1)), Write("last.dcm", Whole(3))];
        AppendResult result = inOneCall ? await StoreAsync(Replacing, given) : await StoreOneByOneAsync(Replacing, given);
        AppendResult again = await StoreAsync(Replacing, Write("again.dcm", Whole(1)));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(inOneCall ? result.Reasons[given[1]] : AppendReason.ReplacedBeginning, Is.EqualTo(AppendReason.ReplacedBeginning));
            Assert.That(inOneCall ? result.Conflict : [given[0]], Is.EqualTo(given[..1]));
            Assert.That((await _store.ReadAllAsync(Id)).Select(read => read.Bytes), Is.EqualTo(new[] { Whole(2), Whole(1), Whole(3) }));
            Assert.That(again.Same, Has.Count.EqualTo(1));
            Assert.That((await _store.Datastore.VerifySeriesAsync(Id.StudyUid, Id.SeriesUid, new VerifyOptions { Deep = true })).Findings, Is.Empty, "the old bytes are gone");
        }
    }

    [Test]
    public async Task AppendAsync_ReplaceTruncatedInTheSameSession_PutsTheWholeFileInItsPlace()
    {
        Instance cut = Write("cut.dcm", Whole(1)[..^7]);
        Instance whole = Write("whole.dcm", Whole(1));
        await _store.Datastore.UpdateSeriesAsync(Id.StudyUid, Id.SeriesUid, CodMode.Write, async series =>
        {
            await series.AppendAsync([cut, Write("other.dcm", Whole(2))]);
            await series.AppendAsync([whole], Replacing);
            Assert.That((cut.Record, cut.DicomUri, whole.Record?.SizeBytes), Is.EqualTo(((InstanceRecord?)null, cut.OriginalPath, (long?)Whole(1).Length)));
            await using Stream read = await series.OpenInstanceAsync(whole);
            Assert.That(read.Length, Is.EqualTo(Whole(1).Length));
        });
        Assert.That((await _store.ReadAllAsync(Id)).Select(read => read.Bytes), Is.EqualTo(new[] { Whole(1), Whole(2) }));
    }

    [Test]
    public async Task AppendAsync_ReplaceTruncated_TakesNothingButAWholeFileThatBeginsSo()
    {
        byte[] cut = Whole(1)[..^20];
        await StoreAsync(null, Write("cut.dcm", cut));
        byte[] other = Whole(1);
        other[cut.Length - 1] ^= 1;
        AppendResult longer = await StoreAsync(Replacing, Write("longer.dcm", Whole(1)[..^7]));
        AppendResult different = await StoreAsync(Replacing, Write("other.dcm", other));
        AppendResult shorter = await StoreAsync(Replacing, Write("shorter.dcm", cut[..^3]));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(longer.Reasons.Values.Single(), Is.EqualTo(AppendReason.StoredIsBeginning), "it has a warning itself");
            Assert.That(different.Reasons.Values.Single(), Is.EqualTo(AppendReason.OtherBytes));
            Assert.That(shorter.Reasons.Values.Single(), Is.EqualTo(AppendReason.OtherBytes));
            Assert.That((await _store.ReadAllAsync(Id)).Single().Bytes, Is.EqualTo(cut));
        }
    }

    [Test]
    public async Task AppendAsync_ReplaceTruncatedCancelled_LeavesTheSeriesAsItWas()
    {
        byte[] cut = Whole(1)[..^7];
        await StoreAsync(null, Write("cut.dcm", cut));
        Instance whole = Write("whole.dcm", Whole(1));
        await using (CodObject series = await _store.OpenAsync(Id, CodMode.Append))
        {
            using var cancelled = new CancellationTokenSource();
            var progress = new CancellingProgress(cancelled);
            Assert.That(
                async () => await series.AppendAsync([whole, Write("other.dcm", Whole(2))], Replacing with { Progress = progress, MaxParallelism = 1 }, cancelled.Token),
                Throws.InstanceOf<OperationCanceledException>());
            Assert.That(series.GetInstances().Single().Record!.SizeBytes, Is.EqualTo(cut.Length));
            await series.SyncAsync();
        }

        Assert.That(whole.Record, Is.Null);
        Assert.That((await _store.ReadAllAsync(Id)).Single().Bytes, Is.EqualTo(cut));
    }

    [Test]
    public async Task AppendAsync_DamageBehindTheUids_IsStoredAsItIs()
    {
        if (pixelBytes > 1000)
        {
            Assert.Pass("The damage is in the header, which is read in the same way.");
        }

        byte[] damaged = DicomFileBuilder.Create().Element(DicomTag.SOPInstanceUID, DicomVr.UI, SyntheticInstance.Uid(1))
            .Element(DicomTag.StudyInstanceUID, DicomVr.UI, Id.StudyUid).Element(DicomTag.SeriesInstanceUID, DicomVr.UI, Id.SeriesUid)
            .ItemHeader(100).Raw("what is this?"u8).ToArray();
        AppendResult result = await StoreAsync(null, Write("damaged.dcm", damaged));
        Assert.That(result.New.Single().Warnings.Single().Kind, Is.EqualTo(DicomWarningKind.RestUnreadable));
        Assert.That((await _store.ReadAllAsync(Id)).Single().Bytes, Is.EqualTo(damaged));
    }

    private byte[] Whole(int number) => SyntheticInstance.Create(number, pixelBytes);

    private Instance Write(string name, byte[] bytes)
    {
        string path = Path.Combine(_store.Directory, name);
        File.WriteAllBytes(path, bytes);
        return new Instance(path);
    }

    private async Task<AppendResult> StoreOneByOneAsync(AppendOptions? options, Instance[] instances)
    {
        AppendResult? last = null;
        foreach (Instance instance in instances)
        {
            last = await StoreAsync(options, instance);
        }

        return last!;
    }

    private Task<AppendResult> StoreAsync(AppendOptions? options, params Instance[] instances) =>
        _store.Datastore.AppendToSeriesAsync(Id.StudyUid, Id.SeriesUid, instances, options);

    private sealed class CancellingProgress(CancellationTokenSource source) : IProgress<InstanceProgress>
    {
        public void Report(InstanceProgress value) => source.Cancel();
    }
}
