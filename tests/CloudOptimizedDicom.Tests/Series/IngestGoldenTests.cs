using System.Text.Json;
using CloudOptimizedDicom.Part10;
using CloudOptimizedDicom.Tests.Golden;

namespace CloudOptimizedDicom.Tests.Series;

/// <summary>What Python stored, stored by us: the same calls with the same files.</summary>
public sealed class IngestGoldenTests
{
    private TemporaryDatastore _store = null!;

    /// <summary>
    /// Compressing makes other files; what occurs twice in one call is lost in Python's answer; files with other preambles are
    /// refused there.
    /// </summary>
    internal static IEnumerable<GoldenSeries> StoredByPython() =>
        from series in GoldenSeries.All()
        where series.Case.EndsWith("__v2", StringComparison.Ordinal) && !series.Case.Contains("compressed", StringComparison.Ordinal)
        where series.Case is not "dupes_in_input__v2" and not "orphan_member__v2"
        where series.Instances.Any() && series.Steps.All(step => step.HasInput)
        select series;

    [SetUp]
    public async Task CreateStore() => _store = await TemporaryDatastore.CreateAsync();

    [TearDown]
    public async Task DeleteStore() => await _store.DisposeAsync();

    [TestCaseSource(nameof(StoredByPython))]
    public async Task AppendAsync_FilesThatPythonStored_AreStoredInTheSameOrderWithTheSameRecords(object golden)
    {
        var series = (GoldenSeries)golden;
        var options = new OpenSeriesOptions { UsesHashedUids = series.UsesHashedUids };
        foreach (GoldenStep step in series.Steps)
        {
            IEnumerable<Instance> instances = step.Input.Select(path => new Instance(path) { UidHasher = series.UidHasher });
            AppendResult result = await _store.StoreAsync(series.Id, step.Mode, instances, options);
            using (Assert.EnterMultipleScope())
            {
                Assert.That(Paths(result.New), Is.EqualTo(step.New));
                Assert.That(Paths(result.Same), Is.EqualTo(step.Same));
                Assert.That(Paths(result.Conflict), Is.EqualTo(step.Conflict));
                Assert.That(result.Errors, Is.Empty);
            }
        }

        await using CodObject read = await _store.OpenAsync(series.Id, CodMode.Read);
        IEnumerable<JsonElement> stored = series.Case.Contains("_thumb", StringComparison.Ordinal)
            ? series.Instances.OrderBy(instance => instance.GetProperty("start_byte").GetInt64()) // Python sorts them for a thumbnail.
            : series.Instances;
        Assert.That(read.GetInstances().Select(Describe).ToList(), Is.EqualTo(stored.Select(Describe).ToList()));
    }

    [TestCaseSource(nameof(StoredByPython))]
    public async Task ExtractAsync_FilesThatPythonStored_ComeBackByteForByte(object golden)
    {
        var series = (GoldenSeries)golden;
        string[] files = [.. series.Steps.SelectMany(step => step.New).Distinct()];
        await _store.StoreAsync(
            series.Id,
            CodMode.Write,
            files.Select(path => new Instance(path) { UidHasher = series.UidHasher }),
            new OpenSeriesOptions { UsesHashedUids = series.UsesHashedUids });
        await using CodObject read = await _store.OpenAsync(series.Id, CodMode.Read);
        IReadOnlyList<string> extracted = await read.ExtractAsync(Path.Combine(_store.Directory, "out"));
        Assert.That(extracted.Select(File.ReadAllBytes), Is.EqualTo(files.Select(File.ReadAllBytes)));
        Assert.That((await read.VerifyIntegrityAsync()).Findings, Is.Empty);
    }

    [TestCase("odd_preamble_nonzero")]
    [TestCase("odd_preamble_nonzero2")]
    [TestCase("odd_nf_text")]
    [TestCase("orphan_member")]
    public async Task AppendAsync_FilesThatPythonRefuses_AreStored(string goldenCase)
    {
        string[] files = Files(goldenCase);
        SeriesId id = await IdOfAsync(files[0]);
        AppendResult result = await _store.StoreAsync(id, CodMode.Append, files);
        Assert.That(Paths(result.New), Is.EqualTo(files));
        Assert.That((await _store.ReadAllAsync(id)).Select(instance => instance.Bytes), Is.EqualTo(files.Select(File.ReadAllBytes)));
        Assert.That(await _store.VerifyAsync(id), Is.Empty);
    }

    [Test]
    public async Task AppendAsync_FilesThatCannotBeStored_AreErrorsWithAReasonAndCostNoOther()
    {
        string[] bad = [Files("odd_no_preamble")[0], Files("odd_no_sopuid")[0], Files("odd_no_seriesuid")[0]];
        string[] good = Files("ct5");
        SeriesId id = await IdOfAsync(good[0]);
        AppendResult result = await _store.StoreAsync(id, CodMode.Append, [good[0], bad[0], bad[1], good[1], bad[2], .. good[2..]]);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Paths(result.New), Is.EqualTo(good));
            Assert.That(result.Errors.Select(error => error.Instance.OriginalPath), Is.EqualTo(bad));
            Assert.That(result.Errors.Select(error => error.Error), Is.All.InstanceOf<InvalidDicomException>());
            Assert.That(result.Errors[0].Error.Message, Does.Contain("DICM"));
            Assert.That(result.Errors[1].Error.Message, Does.Contain("(0008,0018)"));
            Assert.That(result.Errors[2].Error.Message, Does.Contain("(0020,000E)"));
            Assert.That((await _store.ReadAllAsync(id)).Select(instance => instance.Bytes), Is.EqualTo(good.Select(File.ReadAllBytes)));
            Assert.That(await _store.VerifyAsync(id), Is.Empty);
        }
    }

    private static (string, string, long, bool, int) Describe(Instance instance)
    {
        InstanceRecord record = instance.Record!;
        return (record.Uid, Crc32c.ToBase64(record.Crc32c), record.SizeBytes, record.HasPixelData, record.DiffHashDupePaths.Count);
    }

    /// <summary>Where the conflicting file was a remote one for Python it is a local one here, and so not recorded.</summary>
    private static (string, string, long, bool, int) Describe(JsonElement instance) =>
    (
        instance.GetProperty("uid").GetString()!,
        instance.GetProperty("crc32c").GetString()!,
        instance.GetProperty("size").GetInt64(),
        instance.GetProperty("has_pixeldata").GetBoolean(),
        0);

    private static IEnumerable<string> Paths(IEnumerable<Instance> instances) => instances.Select(instance => instance.OriginalPath);

    private static string[] Files(string goldenCase) => [.. Directory.GetFiles(Repository.TestData("dicom", goldenCase)).Order(StringComparer.Ordinal)];

    private static async Task<SeriesId> IdOfAsync(string file)
    {
        var instance = new Instance(file);
        return new SeriesId(await instance.GetStudyUidAsync(), await instance.GetSeriesUidAsync());
    }
}
