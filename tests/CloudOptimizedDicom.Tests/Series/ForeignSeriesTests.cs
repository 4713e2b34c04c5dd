using System.Text.Json;
using CloudOptimizedDicom.Part10;
using CloudOptimizedDicom.Tests.Golden;
using CloudOptimizedDicom.Tests.Part10;

namespace CloudOptimizedDicom.Tests.Series;

/// <summary>Series that Python stored, copied from their bucket into a directory: read, verified and appended to.</summary>
public sealed class ForeignSeriesTests
{
    private TemporaryDatastore _store = null!;

    internal static IEnumerable<GoldenSeries> WithInstances() => GoldenSeries.All()
        .Where(series => series.Instances.Any() && File.Exists(Repository.TestData("cod", series.Case, "series.tar")));

    [SetUp]
    public async Task CreateStore() => _store = await TemporaryDatastore.CreateAsync();

    [TearDown]
    public async Task DeleteStore() => await _store.DisposeAsync();

    [TestCaseSource(nameof(WithInstances))]
    public async Task OpenInstanceAsync_EveryInstance_HasTheRecordedBytes(object golden)
    {
        var series = (GoldenSeries)golden;
        series.CopyTo(_store.StorePath);
        Assert.That((await _store.ReadAllAsync(series.Id)).Select(Describe), Is.EqualTo(series.Instances.Select(Describe)));
    }

    [TestCaseSource(nameof(WithInstances))]
    public async Task Read_EveryWay_GivesTheSameBytes(object golden)
    {
        var series = (GoldenSeries)golden;
        series.CopyTo(_store.StorePath);
        Dictionary<string, byte[]> expected = (await _store.ReadAllAsync(series.Id)).ToDictionary(instance => instance.Uid, instance => instance.Bytes);
        await using CodObject stored = await _store.OpenAsync(series.Id, CodMode.Read);
        var streamed = new List<string>();
        await foreach (StreamedInstance instance in stored.StreamSeriesAsync())
        {
            streamed.Add(instance.Instance.Record!.Uid);
            byte[] bytes = new byte[instance.Content.Length];
            await instance.Content.ReadExactlyAsync(bytes);
            Assert.That(bytes, Is.EqualTo(expected[streamed[^1]]));
        }

        Assert.That(streamed, Is.EquivalentTo(expected.Keys));
        foreach ((string uid, byte[] bytes) in expected)
        {
            byte[] header = await stored.ReadHeaderAsync(uid);
            await using Stream stream = await stored.OpenInstanceAsync(uid);
            stream.Position = bytes.Length / 2;
            byte[] end = new byte[bytes.Length - (bytes.Length / 2)];
            await stream.ReadExactlyAsync(end);
            using (Assert.EnterMultipleScope())
            {
                Assert.That(await stored.ReadInstanceAsync(uid), Is.EqualTo(bytes));
                Assert.That(end, Is.EqualTo(bytes[(bytes.Length / 2)..]));
                Assert.That(bytes.AsSpan().StartsWith(header));
            }
        }
    }

    [TestCaseSource(nameof(WithInstances))]
    public async Task VerifyIntegrityAsync_WhatPythonWrote_HasOnlyTheDamageThatPythonDid(object golden)
    {
        var series = (GoldenSeries)golden;
        series.CopyTo(_store.StorePath);
        IntegrityFindingKind[] damage = series.Case.StartsWith("orphan_member", StringComparison.Ordinal)
            ? [IntegrityFindingKind.MembersBehindEnd, IntegrityFindingKind.OrphanMember, IntegrityFindingKind.IndexDiffers]
            : File.Exists(Repository.TestData("cod", series.Case, "index.sqlite")) ? [] : [IntegrityFindingKind.IndexMissing];
        Assert.That((await _store.VerifyAsync(series.Id)).Select(finding => finding.Kind), Is.EquivalentTo(damage));
    }

    [TestCaseSource(nameof(WithInstances))]
    public async Task RepairSeriesAsync_WhatPythonWrote_MendsWhatIsWrongAndLeavesTheRest(object golden)
    {
        var series = (GoldenSeries)golden;
        series.CopyTo(_store.StorePath);
        List<(string Uid, byte[] Bytes)> before = await _store.ReadAllAsync(series.Id);
        bool isIntact = (await _store.VerifyAsync(series.Id)).Count == 0;
        RepairReport report = await _store.Datastore.RepairSeriesAsync(series.Id.StudyUid, series.Id.SeriesUid);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(report.HasWritten, Is.Not.EqualTo(isIntact));
            Assert.That(await _store.VerifyAsync(series.Id), Is.Empty);
            Assert.That((await _store.ReadAllAsync(series.Id)).Take(before.Count), Is.EqualTo(before));
        }
    }

    /// <summary>A series of which nothing but the archive is left comes back, in its own form: hashed where it was.</summary>
    [TestCaseSource(nameof(WithInstances))]
    public async Task RepairSeriesAsync_OnlyTheArchiveIsLeft_RebuildsTheSeries(object golden)
    {
        var series = (GoldenSeries)golden;
        series.CopyTo(_store.StorePath);
        List<(string Uid, byte[] Bytes)> before = await _store.ReadAllAsync(series.Id);
        Directory.Delete(Path.Combine(_store.StorePath, series.Id.Path), recursive: true);
        await _store.Datastore.RepairSeriesAsync(series.Id.StudyUid, series.Id.SeriesUid);
        IntegrityReport after = await _store.Datastore.VerifySeriesAsync(series.Id.StudyUid, series.Id.SeriesUid, new VerifyOptions { Deep = true });
        await using CodObject rebuilt = await _store.OpenAsync(series.Id, CodMode.Read);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(after.Findings.Where(finding => finding.Kind != IntegrityFindingKind.InstanceWarning), Is.Empty, "but what Python stored as it was");
            Assert.That(await _store.ReadAllAsync(series.Id), Is.SupersetOf(before));
            Assert.That(rebuilt.UsesHashedUids, Is.EqualTo(series.UsesHashedUids));
        }
    }

    [TestCaseSource(nameof(WithInstances))]
    public async Task AppendAsync_WhatIsThereAlready_IsTheSame(object golden)
    {
        var series = (GoldenSeries)golden;
        series.CopyTo(_store.StorePath);
        string folder = Path.Combine(_store.Directory, "again");
        await using CodObject stored = await _store.OpenAsync(series.Id, CodMode.Read);
        IReadOnlyList<string> files = await stored.ExtractAsync(folder);
        AppendResult result = await _store.StoreAsync(
            series.Id, CodMode.Append, files.Select(file => new Instance(file) { UidHasher = series.UidHasher }));
        Assert.That(result.Same.Select(instance => instance.OriginalPath), Is.EqualTo(files));
    }

    [TestCaseSource(nameof(WithInstances))]
    public async Task SyncAsync_AnInstanceMore_KeepsAllAndMendsTheIndex(object golden)
    {
        var series = (GoldenSeries)golden;
        series.CopyTo(_store.StorePath);
        List<(string Uid, byte[] Bytes)> before = await _store.ReadAllAsync(series.Id);
        InstanceRecord sibling;
        await using (CodObject stored = await _store.OpenAsync(series.Id, CodMode.Read))
        {
            sibling = stored.GetInstances()[0].Record!;
        }

        string more = WriteOneMore(Path.Combine(_store.Directory, "more.dcm"), sibling);
        AppendResult result = await _store.StoreAsync(
            series.Id, CodMode.Append, [new Instance(more) { UidHasher = series.UidHasher }]);
        List<(string Uid, byte[] Bytes)> after = await _store.ReadAllAsync(series.Id);
        IReadOnlyList<IntegrityFinding> findings = await _store.VerifyAsync(series.Id);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(result.New, Has.Count.EqualTo(1));
            Assert.That(after.SkipLast(1), Is.EqualTo(before));
            Assert.That(after[^1].Bytes, Is.EqualTo(await File.ReadAllBytesAsync(more)));
            Assert.That(
                findings.Select(finding => finding.Kind).Except([IntegrityFindingKind.MembersBehindEnd, IntegrityFindingKind.OrphanMember]),
                Is.Empty,
                "what Python left behind the end stays named");
        }
    }

    [Test]
    public async Task SyncAsync_ToAnArchiveWithMembersBehindItsEnd_LeavesThemForARepair()
    {
        var series = new GoldenSeries("orphan_member__v2");
        series.CopyTo(_store.StorePath);
        List<(string Uid, byte[] Bytes)> before = await _store.ReadAllAsync(series.Id);
        string more;
        await using (CodObject stored = await _store.OpenAsync(series.Id, CodMode.Read))
        {
            more = WriteOneMore(Path.Combine(_store.Directory, "more.dcm"), stored.GetInstances()[0].Record!);
        }

        await _store.StoreAsync(series.Id, CodMode.Append, [more]);
        RepairReport report = await _store.Datastore.RepairSeriesAsync(series.Id.StudyUid, series.Id.SeriesUid);
        List<(string Uid, byte[] Bytes)> after = await _store.ReadAllAsync(series.Id);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(report.Actions.Count(action => action.Kind == RepairActionKind.RebuildRecord), Is.EqualTo(1), "the file that Python refused half-way");
            Assert.That(after, Has.Count.EqualTo(before.Count + 2).And.SupersetOf(before));
            Assert.That(await _store.VerifyAsync(series.Id), Is.Empty);
        }
    }

    /// <summary>A small file of the same series.</summary>
    private static string WriteOneMore(string path, InstanceRecord sibling)
    {
        DicomFileBuilder file = DicomFileBuilder.Create()
            .Element(DicomTag.SOPInstanceUID, DicomVr.UI, "1.2.826.0.1.3680043.8.498.7002.1")
            .Element(DicomTag.StudyInstanceUID, DicomVr.UI, sibling.StudyUid)
            .Element(DicomTag.SeriesInstanceUID, DicomVr.UI, sibling.SeriesUid);
        File.WriteAllBytes(path, file.ToArray());
        return path;
    }

    private static (string, string, long) Describe((string Uid, byte[] Bytes) instance) =>
        (instance.Uid, Crc32c.ToBase64(Crc32c.Compute(instance.Bytes)), instance.Bytes.Length);

    private static (string, string, long) Describe(JsonElement instance) =>
    (
        instance.GetProperty("uid").GetString()!,
        instance.GetProperty("crc32c").GetString()!,
        instance.GetProperty("size").GetInt64());
}
