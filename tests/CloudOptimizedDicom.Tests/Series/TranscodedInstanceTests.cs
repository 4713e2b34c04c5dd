using CloudOptimizedDicom.Testing.Requests;
using CloudOptimizedDicom.Tests.Golden;

namespace CloudOptimizedDicom.Tests.Series;

/// <summary>Originals of what Python has stored as JPEG 2000 under other UIDs.</summary>
[TestFixture(StoreKind.Directory)]
[TestFixture(StoreKind.Bucket)]
public sealed class TranscodedInstanceTests(StoreKind kind) : EitherStoreFixture(kind)
{
    private static readonly GoldenSeries Python = new("ct5_compressed_j2k__v2");
    private static readonly AppendOptions SameByPath = new() { SameByPath = true };

    private string _originals = "";

    [SetUp]
    public async Task PutWhatPythonMadeAsync()
    {
        _originals = Directory.CreateDirectory(Path.Combine(Folder, "originals")).FullName;
        foreach (string file in Directory.GetFiles(Repository.TestData("dicom", "ct5")))
        {
            File.Copy(file, Path.Combine(_originals, Path.GetFileName(file)));
        }

        await PutBesideAsync(".tar", await File.ReadAllBytesAsync(Repository.TestData("cod", Python.Case, "series.tar")), Python.Id);
        await PutBesideAsync("/index.sqlite", await File.ReadAllBytesAsync(Repository.TestData("cod", Python.Case, "index.sqlite")), Python.Id);
        await PutMetadataAsync(text => text.Replace("/golden/dicom/ct5", _originals, StringComparison.Ordinal));
    }

    [Test]
    public async Task AppendAsync_OriginalsOfWhatPythonTranscoded_AreNewWithAWarningOrTheSame([Values] bool sameByPath)
    {
        Dictionary<string, string> stored = await ReadUidsByPathAsync();
        Instance[] given = Given();
        AppendResult result = await StoreAsync(Python.Id, CodMode.Append, given, new AppendOptions { SameByPath = sameByPath });
        using (Assert.EnterMultipleScope())
        {
            Assert.That(sameByPath ? result.Same : result.New, Is.EqualTo(given));
            Assert.That(result.Reasons.Values, Is.All.EqualTo(sameByPath ? AppendReason.SameByPath : AppendReason.StoredUnderOtherUid));
            Assert.That(result.Warnings.Select(warning => warning.Instance), Is.EqualTo(sameByPath ? [] : given));
            Assert.That(result.Warnings.Select(warning => warning.Kind), Is.All.EqualTo(InstanceWarningKind.StoredUnderOtherUid));
            Assert.That(result.Warnings.Where(warning => !warning.Message.Contains(stored[warning.Instance.OriginalPath], StringComparison.Ordinal)), Is.Empty);
            Assert.That(!sameByPath || given.All(instance => instance.StoredUid == stored[instance.OriginalPath]));
            Assert.That(await ReadAllAsync(Python.Id), Has.Count.EqualTo(sameByPath ? 5 : 10));
        }
    }

    [Test]
    public async Task AppendAsync_SpellingOfThePathIsAnother_IsTheSame()
    {
        string[] paths = [.. Given().Select(instance => instance.OriginalPath)];
        Instance[] spelled = [new Instance($"file://{paths[0]}"), new Instance(Path.Combine(_originals, "..", "originals", Path.GetFileName(paths[1])))];
        AppendResult result = await StoreAsync(Python.Id, CodMode.Append, spelled, SameByPath);
        Assert.That(result.Same, Is.EqualTo(spelled));
    }

    [Test]
    public async Task AppendAsync_FileOfThatNameElsewhere_IsNewWithAWarning()
    {
        await PutMetadataAsync(text => text);
        AppendResult result = await StoreAsync(Python.Id, CodMode.Append, Given(), SameByPath);
        Assert.That(result.New, Has.Count.EqualTo(5));
        Assert.That(result.Warnings, Has.Count.EqualTo(5).And.All.Property("Message").Contain("/golden/dicom/ct5/"));
    }

    /// <summary>A scanner that writes over its files: the path is the same, the picture is not.</summary>
    [Test]
    public async Task AppendAsync_OtherPictureUnderThatPath_IsNewWithoutAWarning()
    {
        File.Copy(Path.Combine(_originals, "0.dcm"), Path.Combine(_originals, "1.dcm"), overwrite: true);
        AppendResult result = await StoreAsync(Python.Id, CodMode.Append, [new Instance(Path.Combine(_originals, "1.dcm"))], SameByPath);
        Assert.That(result.New, Has.Count.EqualTo(1));
        Assert.That((result.Warnings.Count, result.Reasons.Values.Single()), Is.EqualTo((0, AppendReason.NewUid)));
    }

    [Test]
    public async Task AppendAsync_SameByPathAndDeleteLocalOrigin_KeepsTheOriginals()
    {
        await StoreAsync(Python.Id, CodMode.Append, Given(), SameByPath with { DeleteLocalOrigin = true });
        Assert.That(Given().Select(instance => instance.OriginalPath), Has.All.Matches<string>(File.Exists));
    }

    [Test]
    public async Task AppendAsync_SeriesIsFull_SameByPathStillIsTheSame()
    {
        Instance[] given = [.. Given().Select(instance => new Instance(instance.OriginalPath) { Hints = new Hints { SizeBytes = new FileInfo(instance.OriginalPath).Length } })];
        AppendResult result = await StoreAsync(Python.Id, CodMode.Append, given, SameByPath with { MaxSeriesBytes = 1 });
        Assert.That(result.Same, Has.Count.EqualTo(5));
    }

    [Test]
    public async Task PlanIngestAsync_OriginalsOfWhatPythonTranscoded_SaysWhatIngestDoes([Values] bool sameByPath)
    {
        var options = new IngestOptions { Append = new AppendOptions { SameByPath = sameByPath } };
        SeriesPlan plan = (await Datastore.PlanIngestAsync(Given().ToAsyncEnumerable(), options).ToListAsync()).Single();
        Emulator.Log.Clear();
        SeriesIngest done = (await Datastore.IngestAsync(Given().ToAsyncEnumerable(), options).ToListAsync()).Single();
        RequestEntry[] requests = [.. Emulator.Log.Entries.Where(entry => !entry.IsContinuation)];
        using (Assert.EnterMultipleScope())
        {
            Assert.That(plan.Outcome.New.Select(instance => instance.OriginalPath), Is.EqualTo(done.New.Select(instance => instance.OriginalPath)));
            Assert.That(plan.Outcome.Same.Select(instance => instance.StoredUid), Is.EqualTo(done.Same.Select(instance => instance.StoredUid)));
            Assert.That(plan.Outcome.Warnings.Select(warning => warning.Message), Is.EqualTo(done.Warnings.Select(warning => warning.Message)));
            Assert.That(done.Warnings, Has.Count.EqualTo(sameByPath ? 0 : 5));
            Assert.That(requests, Has.Length.EqualTo(Kind == StoreKind.Directory ? 0 : plan.Cost.ClassA + plan.Cost.ClassB + plan.Cost.Free), "nothing is asked for on top");
        }
    }

    private Instance[] Given() => [.. Directory.GetFiles(_originals).Order(StringComparer.Ordinal).Select(file => new Instance(file))];

    private Task PutMetadataAsync(Func<string, string> edit) =>
        PutBesideAsync("/metadata.json", System.Text.Encoding.UTF8.GetBytes(edit(System.Text.Encoding.UTF8.GetString(Python.Metadata))), Python.Id);

    private async Task<Dictionary<string, string>> ReadUidsByPathAsync()
    {
        await using CodObject series = await OpenSeriesAsync(CodMode.Read, Python.Id);
        return series.GetInstances().ToDictionary(instance => instance.Record!.OriginalPath, instance => instance.Record!.Uid);
    }
}
