using System.Text;
using CloudOptimizedDicom.Locking;
using CloudOptimizedDicom.Storage;
using CloudOptimizedDicom.Tests.Golden;

namespace CloudOptimizedDicom.Tests.Series;

/// <summary>Damage, deviations of known kinds and notes are told apart, and deviations can be mended.</summary>
public sealed class IntegrityClassTests
{
    /// <summary>The cases in which Python's records are not what is in their instances, or its objects do not belong together.</summary>
    private static readonly Dictionary<string, string> Expected = new(StringComparer.Ordinal)
    {
        ["color"] = "Deviation TagsDeviate",
        ["deflated"] = "Deviation TagsDeviate",
        ["mf_jpeg"] = "Deviation FramesDeviate",
        ["mf_native"] = "Deviation FramesShifted",
        ["mf_rle"] = "Deviation FramesDeviate",
        ["odd_at_len6"] = "Deviation TagsDeviate",
        ["odd_cs_utf8_bad"] = "Deviation TagsDeviate",
        ["odd_ds_comma"] = "Deviation TagsDeviate",
        ["odd_ds_long"] = "Deviation TagsDeviate",
        ["odd_ds_multi_bad"] = "Deviation TagsDeviate",
        ["odd_ds_nan"] = "Deviation TagsDeviate",
        ["odd_ds_text"] = "Deviation TagsDeviate",
        ["odd_encap_nf"] = "Deviation FramesDeviate",
        ["odd_fd_len6"] = "Deviation TagsDeviate",
        ["odd_garbage_tail"] = "Deviation TagsDeviate, Note InstanceWarning",
        ["odd_implicit_ambiguous"] = "Deviation TagsDeviate",
        ["odd_is_big"] = "Deviation TagsDeviate",
        ["odd_is_exp"] = "Deviation TagsDeviate",
        ["odd_is_frac"] = "Deviation TagsDeviate",
        ["odd_is_text"] = "Deviation TagsDeviate",
        ["odd_is_whole_float"] = "Deviation TagsDeviate",
        ["odd_long_lo"] = "Deviation TagsDeviate",
        ["odd_nested"] = "Deviation TagsDeviate",
        ["odd_nf_mismatch"] = "Deviation FramesDeviate, Note InstanceWarning",
        ["odd_pn"] = "Deviation TagsDeviate",
        ["odd_truncated_pixels"] = "Deviation TagsDeviate, Note InstanceWarning",
        ["odd_ui_bad"] = "Deviation TagsDeviate",
        ["odd_us_len3"] = "Deviation TagsDeviate",
        ["odd_vr_unknown_XX"] = "Deviation TagsDeviate",
        ["odd_vrzoo"] = "Deviation TagsDeviate",
        ["orphan_member"] = "Damage MembersBehindEnd, Damage OrphanMember",
    };

    private TemporaryDatastore _store = null!;

    /// <summary>All that can be laid out with its archive; that of version 1 is the one of version 2.</summary>
    public static IEnumerable<TestCaseData> Cases => GoldenSeries.All()
        .Where(golden => golden.ArchivePath is not null)
        .Select(golden => new TestCaseData(golden.Case, Expected.GetValueOrDefault(golden.Case[..golden.Case.IndexOf("__v", StringComparison.Ordinal)], "")));

    [SetUp]
    public async Task CreateDatastore() => _store = await TemporaryDatastore.CreateAsync();

    [TearDown]
    public ValueTask DisposeDatastore() => _store.DisposeAsync();

    [TestCaseSource(nameof(Cases))]
    public async Task VerifySeriesAsync_DeepOnWhatPythonWrote_HasTheClassAndNormalizedHasNone(string goldenCase, string expected)
    {
        var golden = new GoldenSeries(goldenCase);
        golden.CopyTo(_store.StorePath);
        IntegrityFinding[] findings = await VerifyAsync(golden.Id);
        string[] found = [.. findings.Select(finding => $"{finding.Class} {finding.Kind}").Where(finding => !finding.Contains("Index", StringComparison.Ordinal)).Distinct()];
        Assert.That(string.Join(", ", found), Is.EqualTo(expected));

        Dictionary<string, InstanceRecord> before = await ReadRecordsAsync(golden.Id);
        byte[] archive = await ReadArchiveAsync(golden.Id);
        await RepairAsync(golden.Id, new RepairOptions { Normalize = true });
        IntegrityFinding[] after = [.. (await VerifyAsync(golden.Id)).Where(finding => finding.Class != IntegrityClass.Note)];
        RepairReport again = await RepairAsync(golden.Id, new RepairOptions { Normalize = true });
        Dictionary<string, InstanceRecord> normalized = await ReadRecordsAsync(golden.Id);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(after, Is.Empty);
            Assert.That(again.Actions, Is.Empty);
            Assert.That(
                before.Values.Select(record => normalized[record.Uid]).Select(record => (record.OriginalPath, record.Crc32c, record.Version, string.Join(' ', record.Dependencies.Concat(record.DiffHashDupePaths)))),
                Is.EqualTo(before.Values.Select(record => (record.OriginalPath, record.Crc32c, record.Version, string.Join(' ', record.Dependencies.Concat(record.DiffHashDupePaths))))));
            if (!expected.Contains("Damage", StringComparison.Ordinal))
            {
                Assert.That(await ReadArchiveAsync(golden.Id), Is.EqualTo(archive));
            }
        }
    }

    [Test]
    public async Task VerifySeriesAsync_RecordThatSaysMoreThanTheInstanceShows_IsADeviation()
    {
        await CreateSeriesAsync("\"00200013\":", "\"00091001\":{\"vr\":\"LO\",\"Value\":[\"more\"]},\"00200013\":");
        Assert.That((await VerifyAsync(SyntheticInstance.Id)).Select(finding => finding.Class), Is.EqualTo([IntegrityClass.Deviation]));
    }

    [Test]
    public async Task VerifySeriesAsync_RecordThatContradictsItsInstance_IsDamagedUntilNormalized()
    {
        await CreateSeriesAsync("""{"vr":"IS","Value":[1]}""", """{"vr":"IS","Value":[2]}""");
        Assert.That((await VerifyAsync(SyntheticInstance.Id)).Select(finding => finding.Kind), Has.All.EqualTo(IntegrityFindingKind.TagsDiffer));
        await RepairAsync(SyntheticInstance.Id, new RepairOptions { Normalize = true });
        Assert.That(await VerifyAsync(SyntheticInstance.Id), Is.Empty);
    }

    [TestCase(59, IntegrityFindingKind.LockHeld, IntegrityClass.Note, "verify again when the lock is gone")]
    [TestCase(60, IntegrityFindingKind.LockAbandoned, IntegrityClass.Damage, "cod repair --force")]
    public async Task VerifySeriesAsync_Lock_IsANoteUntilItIsOldAndSaysWhatToDo(
        int minutes, IntegrityFindingKind kind, IntegrityClass expected, string advice)
    {
        var holder = new LockHolder { LockUri = "lock", Generation = 1, Age = TimeSpan.FromMinutes(minutes) };
        var check = new IntegrityCheck(new StoredObjects { Lock = holder }, _store.Datastore.Name(SyntheticInstance.Id), "store", new VerifyOptions());
        IntegrityFinding finding = (await check.RunAsync(CancellationToken.None)).Findings.Single();
        Assert.That((finding.Kind, finding.Class), Is.EqualTo((kind, expected)));
        Assert.That(finding.Message, Does.Contain(advice));
    }

    [Test]
    public async Task VerifyIntegrityAsync_OwnLock_IsNeverAbandoned()
    {
        await using CodObject series = await _store.OpenAsync(SyntheticInstance.Id, CodMode.Append);
        await series.AppendAsync([new Instance(SyntheticInstance.Write(_store.Directory, 1, 100))]);
        await series.SyncAsync();
        IntegrityReport report = await series.VerifyIntegrityAsync(new VerifyOptions { LockAbandonedAfter = TimeSpan.Zero });
        Assert.That(report.Findings.Select(finding => finding.Class), Is.EqualTo([IntegrityClass.Note]));
    }

    private async Task<IntegrityFinding[]> VerifyAsync(SeriesId id) =>
        [.. (await _store.Datastore.VerifySeriesAsync(id.StudyUid, id.SeriesUid, new VerifyOptions { Deep = true })).Findings];

    private Task<RepairReport> RepairAsync(SeriesId id, RepairOptions options) => _store.Datastore.RepairSeriesAsync(id.StudyUid, id.SeriesUid, options);

    private Task<byte[]> ReadArchiveAsync(SeriesId id) =>
        File.ReadAllBytesAsync(Path.Combine(_store.StorePath, _store.Datastore.Name(id).Tar));

    private async Task<Dictionary<string, InstanceRecord>> ReadRecordsAsync(SeriesId id)
    {
        await using CodObject series = await _store.OpenAsync(id, CodMode.Read);
        return series.GetInstances().ToDictionary(instance => instance.Record!.Uid, instance => instance.Record!);
    }

    /// <summary>A series in version 1.0, whose tags are text, with some of it replaced.</summary>
    private async Task CreateSeriesAsync(string old, string replacement)
    {
        await _store.StoreAsync(
            SyntheticInstance.Id,
            CodMode.Append,
            [new Instance(SyntheticInstance.Write(_store.Directory, 1, 100))],
            new OpenSeriesOptions { MetadataVersion = MetadataVersion.V1 });
        IObjectStore store = _store.Datastore.Store;
        string name = _store.Datastore.Name(SyntheticInstance.Id).Metadata;
        await using ObjectContent content = (await store.OpenReadAsync(name, new ObjectReadOptions()))!;
        string json = Encoding.UTF8.GetString((await content.TryReadToEndAsync(CancellationToken.None))!);
        Assert.That(json, Does.Contain(old));
        byte[] changed = Encoding.UTF8.GetBytes(json.Replace(old, replacement, StringComparison.Ordinal));
        await store.UploadAsync(name, ObjectUpload.FromMemory(changed), ObjectPrecondition.None);
    }
}
