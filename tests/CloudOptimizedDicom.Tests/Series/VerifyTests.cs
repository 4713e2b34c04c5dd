using CloudOptimizedDicom.Locking;
using CloudOptimizedDicom.Tests.Golden;

namespace CloudOptimizedDicom.Tests.Series;

/// <summary>What a verification finds, and what it calls it.</summary>
public sealed class VerifyTests
{
    private TemporaryDatastore _store = null!;
    private DamagedSeries _series = null!;

    private static IEnumerable<TestCaseData> DamageAndKinds() =>
    [
        Case("metadata is gone", IntegrityFindingKind.MetadataMissing, [.. Five(IntegrityFindingKind.OrphanMember)]),
        Case("metadata is older", IntegrityFindingKind.ArchiveDiffers, [.. Five(IntegrityFindingKind.OrphanMember).Take(3)]),
        Case("index is gone", IntegrityFindingKind.IndexMissing),
        Case("index is no database", IntegrityFindingKind.IndexDiffers),
        Case("garbage is behind the end", IntegrityFindingKind.ArchiveDiffers, IntegrityFindingKind.ForeignBytes),
        Case("the end is cut off", IntegrityFindingKind.ArchiveDiffers, IntegrityFindingKind.ArchiveUnreadable),
        Case("half a block is behind the end", IntegrityFindingKind.ArchiveDiffers, IntegrityFindingKind.ForeignBytes),
        Case(
            "the first header is damaged",
            IntegrityFindingKind.ArchiveDiffers,
            IntegrityFindingKind.ArchiveUnreadable,
            IntegrityFindingKind.InstanceMissing,
            IntegrityFindingKind.IndexDiffers),
        Case("a member is behind the end", IntegrityFindingKind.ArchiveDiffers, IntegrityFindingKind.MembersBehindEnd, IntegrityFindingKind.InstanceMissing,
            IntegrityFindingKind.OrphanMember, IntegrityFindingKind.IndexDiffers),
    ];

    [SetUp]
    public async Task StoreSeries()
    {
        _store = await TemporaryDatastore.CreateAsync();
        _series = new DamagedSeries(_store.Datastore);
        await _series.CreateAsync(_store.Datastore);
    }

    [TearDown]
    public async Task DeleteStore() => await _store.DisposeAsync();

    [TestCaseSource(nameof(DamageAndKinds))]
    public async Task VerifySeriesAsync_Damage_IsNamedInFull(string damage, IntegrityFindingKind[] expected)
    {
        await DamagedSeries.Harmless[damage](_series);
        Assert.That((await VerifyAsync()).Findings.Select(finding => finding.Kind), Is.EqualTo(expected));
    }

    /// <summary>A copy takes only the index that the metadata describes.</summary>
    [Test]
    public async Task VerifySeriesAsync_AnotherIndexOfTheSameMembers_IsNamedAndMended()
    {
        await _series.EditAsync(_series.Names.Index, index => [.. index, .. new byte[4096]]);
        Assert.That((await VerifyAsync()).Findings.Select(finding => finding.Kind), Is.EqualTo([IntegrityFindingKind.IndexDiffers]));
        await _store.Datastore.RepairSeriesAsync(DamagedSeries.Id.StudyUid, DamagedSeries.Id.SeriesUid);
        Assert.That((await VerifyAsync()).Findings, Is.Empty);
    }

    [Test]
    public async Task VerifySeriesAsync_MetadataIsNoJson_IsUnreadable()
    {
        await _series.EditAsync(_series.Names.Metadata, _ => [1, 2, 3]);
        Assert.That(
            (await VerifyAsync()).Findings.Select(finding => finding.Kind),
            Is.EqualTo(new[] { IntegrityFindingKind.MetadataUnreadable }.Concat(Five(IntegrityFindingKind.OrphanMember))));
    }

    [Test]
    public async Task VerifySeriesAsync_MoreThanFitsIntoMemory_IsNamedAndCanBeDeleted()
    {
        foreach (string name in new[] { _series.Names.Metadata, _series.Names.Index })
        {
            using FileStream file = File.OpenWrite(Path.Combine(_store.StorePath, name));
            file.SetLength(3L * 1024 * 1024 * 1024);
        }

        Assert.That(
            (await VerifyAsync()).Findings.Select(finding => finding.Kind),
            Does.Contain(IntegrityFindingKind.MetadataUnreadable).And.Contain(IntegrityFindingKind.IndexDiffers));
        await _store.Datastore.DeleteSeriesAsync(DamagedSeries.Id.StudyUid, DamagedSeries.Id.SeriesUid);
        Assert.That(await _series.ListAsync(), Is.Empty);
    }

    [Test]
    public async Task VerifySeriesAsync_ArchiveIsGone_IsMissing()
    {
        await _series.EditAsync(_series.Names.Tar, _ => null);
        Assert.That((await VerifyAsync()).Findings.Single().Kind, Is.EqualTo(IntegrityFindingKind.ArchiveMissing));
    }

    [Test]
    public async Task VerifySeriesAsync_LockAndErrorLog_AreNotesAndNoDamage()
    {
        await _series.LeaveLockAsync(LockOperation.Append);
        await _series.EditAsync(_series.Names.ErrorLog, _ => "failed"u8.ToArray());
        IntegrityReport report = await VerifyAsync();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(report.Findings.Select(finding => finding.Kind), Is.EqualTo(new[] { IntegrityFindingKind.LockHeld, IntegrityFindingKind.ErrorLogExists }));
            Assert.That(report.IsIntact, Is.True);
            Assert.That(report.Lock!.Host, Is.EqualTo(Environment.MachineName));
        }
    }

    [Test]
    public async Task VerifySeriesAsync_DeleteWasBegun_IsDamage()
    {
        await _series.LeaveLockAsync(LockOperation.Delete);
        IntegrityReport report = await VerifyAsync();
        Assert.That(report.Findings.Where(finding => finding.IsDamage).Single().Kind, Is.EqualTo(IntegrityFindingKind.DeleteBegun));
    }

    [Test]
    public void VerifySeriesAsync_NoSuchSeries_IsNotFound() =>
        Assert.That(() => _store.Datastore.VerifySeriesAsync("1.2", "1.2.3"), Throws.InstanceOf<CodObjectNotFoundException>());

    [TestCase("ct5__v2", new IntegrityFindingKind[0], "")]
    [TestCase("ct5__v1", new IntegrityFindingKind[0], "")]
    [TestCase("ct5_hashed__v2", new IntegrityFindingKind[0], "")]
    [TestCase("mf_native__v2", new[] { IntegrityFindingKind.FramesShifted }, "frames are 8 bytes before")]
    [TestCase("odd_ds_text__v2", new[] { IntegrityFindingKind.TagsDeviate }, "leaves out (0018,0050) SliceThickness")]
    [TestCase("odd_encap_nf__v2", new[] { IntegrityFindingKind.FramesDeviate }, "the instance nothing of frames")]
    public async Task VerifySeriesAsync_DeepOnWhatPythonWrote_NamesWhereItDiffersFromItsInstances(
        string golden, IntegrityFindingKind[] expected, string message)
    {
        var series = new GoldenSeries(golden);
        Directory.Delete(_store.StorePath, recursive: true);
        series.CopyTo(_store.StorePath);
        IntegrityReport report = await _store.Datastore.VerifySeriesAsync(series.Id.StudyUid, series.Id.SeriesUid, new VerifyOptions { Deep = true });
        IntegrityFinding[] deep = [.. report.Findings.Where(finding => finding.Kind != IntegrityFindingKind.IndexMissing)];
        Assert.That(deep.Select(finding => finding.Kind).Distinct(), Is.EqualTo(expected));
        Assert.That(deep.Select(finding => finding.Message), Has.All.Contain(message));
    }

    [Test]
    public async Task VerifySeriesAsync_DeepOnRecordsOfAnotherInstance_NamesTagsAndUids()
    {
        await using (CodObject series = await _store.OpenAsync(DamagedSeries.Id, CodMode.Read))
        {
            string first = series.GetInstances()[0].Record!.Uid;
            await _series.EditAsync(_series.Names.Metadata, json => [.. json.AsSpan(0, json.AsSpan().IndexOf("\"instance_uid\":\""u8) + 16), .. "9"u8, .. json.AsSpan(json.AsSpan().IndexOf("\"instance_uid\":\""u8) + 17)]);
            IntegrityReport report = await _store.Datastore.VerifySeriesAsync(
                DamagedSeries.Id.StudyUid, DamagedSeries.Id.SeriesUid, new VerifyOptions { Deep = true });
            Assert.That(report.Findings.Select(finding => (finding.Kind, finding.Subject)), Is.EqualTo(new[] { (IntegrityFindingKind.RecordDiffers, first) }));
        }
    }

    private static TestCaseData Case(string damage, IntegrityFindingKind kind, params IntegrityFindingKind[] more) =>
        new TestCaseData(damage, (IntegrityFindingKind[])[kind, .. more]).SetArgDisplayNames(damage);

    private static IEnumerable<IntegrityFindingKind> Five(IntegrityFindingKind kind) => Enumerable.Repeat(kind, 5);

    private Task<IntegrityReport> VerifyAsync() => _store.Datastore.VerifySeriesAsync(DamagedSeries.Id.StudyUid, DamagedSeries.Id.SeriesUid);
}
