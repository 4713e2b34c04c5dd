using CloudOptimizedDicom.Part10;
using CloudOptimizedDicom.Tests.Part10;

namespace CloudOptimizedDicom.Tests.Series;

/// <summary>What an append takes, what it does not, and why.</summary>
[TestFixture(StoreKind.Directory)]
[TestFixture(StoreKind.Bucket)]
public sealed class AppendRuleTests(StoreKind kind) : EitherStoreFixture(kind)
{
    [Test]
    public async Task AppendAsync_EveryKindOfInstance_IsInOneListWithItsReason()
    {
        await StoreAsync(CodMode.Write, "1.dcm", "2.dcm", "3.dcm");
        Instance[] given =
        [
            new(AppendFile("1.dcm")),
            await HintedAsync("3.dcm"),
            new(AppendFile("4.dcm")),
            new(AppendFile("4.dcm")),
            new(AppendFile("2_diffpixels.dcm")),
            new(Repository.TestData("dicom", "ct5", "0.dcm")),
        ];
        AppendResult result = await StoreAsync(Id, CodMode.Append, [.. given, given[2]]);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(given.Select(instance => result.Reasons[instance]), Is.EqualTo(new[]
            {
                AppendReason.SameBytes, AppendReason.SameByHints, AppendReason.NewUid, AppendReason.SameBytes, AppendReason.OtherBytes, AppendReason.Failed,
            }));
            Assert.That(result.New.Count + result.Same.Count + result.Conflict.Count + result.Errors.Count, Is.EqualTo(given.Length), "the one given twice counts once");
        }
    }

    [Test]
    public async Task AppendAsync_DuplicatesInOneCall_AreNotedOnce()
    {
        string header = await PutAsync("2_diffheader.dcm", AppendFile("2_diffheader.dcm"));
        string pixels = await PutAsync("2_diffpixels.dcm", AppendFile("2_diffpixels.dcm"));
        AppendResult result = await StoreAsync(
            Id, CodMode.Write, [new Instance(AppendFile("2.dcm")), new Instance(header), new Instance(pixels), new Instance(header), new Instance(AppendFile("2_diffheader.dcm"))]);
        await using CodObject read = await OpenSeriesAsync(CodMode.Read);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(result.Conflict, Has.Count.EqualTo(4));
            Assert.That(read.GetInstance($"{SeriesUid}.2").Record!.DiffHashDupePaths, Is.EqualTo(new[] { header, pixels }));
            Assert.That(result.New.Single().Record!.DiffHashDupePaths, Is.EqualTo(new[] { header, pixels }));
        }
    }

    [TestCase("2_diffheader.dcm", ExpectedResult = AppendReason.SamePixels)]
    [TestCase("2_diffpixels.dcm", ExpectedResult = AppendReason.OtherPixels)]
    [TestCase("2.dcm", ExpectedResult = AppendReason.SameBytes)]
    public async Task<AppendReason> AppendAsync_TreatMetadataDiffsAsSame_ComparesPixels(string file)
    {
        await StoreAsync(CodMode.Write, "1.dcm", "2.dcm");
        var stored = new Instance(AppendFile(file));
        var options = new AppendOptions { TreatMetadataDiffsAsSame = true };
        AppendResult result = await StoreAsync(Id, CodMode.Append, [stored], options);

        // The same when the other one is only on this machine yet.
        var fresh = new Instance(AppendFile(file));
        await using CodObject series = await OpenSeriesAsync(CodMode.Write);
        AppendResult again = await series.AppendAsync([new Instance(AppendFile("2.dcm")), fresh], options);
        Assert.That(again.Reasons[fresh], Is.EqualTo(result.Reasons[stored]));
        return result.Reasons[stored];
    }

    [Test]
    public async Task AppendAsync_TreatMetadataDiffsAsSameWithoutPixels_IsAConflict()
    {
        AppendResult result = await StoreAsync(
            Id, CodMode.Write, [new Instance(Build("a", "A")), new Instance(Build("b", "B"))], new AppendOptions { TreatMetadataDiffsAsSame = true });
        Assert.That(result.Reasons[result.Conflict.Single()], Is.EqualTo(AppendReason.NoPixels));
    }

    [TestCase(nameof(Hints.SizeBytes))]
    [TestCase(nameof(Hints.Crc32c))]
    [TestCase(nameof(Hints.InstanceUid))]
    [TestCase(nameof(Hints.SeriesUid))]
    [TestCase(nameof(Hints.StudyUid))]
    public async Task AppendAsync_WrongHint_IsAnErrorThatNamesFieldHintAndTruth(string field)
    {
        var wrong = new Hints
        {
            SizeBytes = field == nameof(Hints.SizeBytes) ? 1 : null,
            Crc32c = field == nameof(Hints.Crc32c) ? 1 : null,
            InstanceUid = field == nameof(Hints.InstanceUid) ? "1.2" : null,
            SeriesUid = field == nameof(Hints.SeriesUid) ? "1.2" : null,
            StudyUid = field == nameof(Hints.StudyUid) ? "1.2" : null,
        };
        AppendResult result = await StoreAsync(
            Id, CodMode.Write, [new Instance(AppendFile("1.dcm")) { Hints = wrong }, new Instance(AppendFile("2.dcm"))]);
        var mismatch = (HintMismatchException)result.Errors.Single().Error;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(mismatch.Field, Is.EqualTo(field));
            Assert.That(mismatch.Hint, Is.Not.Empty.And.Not.EqualTo(mismatch.Actual));
            Assert.That(result.New, Has.Count.EqualTo(1));
        }
    }

    [Test]
    public async Task AppendAsync_InstanceBeyondTheLimit_IsAnErrorAndItsHintSavesTheRequest()
    {
        long size = new FileInfo(AppendFile("1.dcm")).Length;
        string remote = await PutAsync("1.dcm", AppendFile("1.dcm"));
        var hinted = new Instance(remote) { Hints = new Hints { SizeBytes = size } };
        Emulator.Log.Clear();
        var options = new AppendOptions { MaxInstanceBytes = size - 1 };
        AppendResult refused = await StoreAsync(Id, CodMode.Write, [hinted], options);
        Assert.That(Emulator.Log.Entries.Where(request => request.Bucket == Inbox), Is.Empty);
        AppendResult alsoRefused = await StoreAsync(Id, CodMode.Write, [new Instance(remote), new Instance(AppendFile("1.dcm"))], options);
        AppendResult taken = await StoreAsync(Id, CodMode.Write, [hinted], new AppendOptions { MaxInstanceBytes = size });
        using (Assert.EnterMultipleScope())
        {
            foreach (AppendError error in refused.Errors.Concat(alsoRefused.Errors))
            {
                var tooLarge = (InstanceTooLargeException)error.Error;
                Assert.That((tooLarge.SizeBytes, tooLarge.MaxBytes), Is.EqualTo((size, size - 1)));
            }

            Assert.That((refused.Errors.Count, alsoRefused.Errors.Count, taken.New.Count), Is.EqualTo((1, 2, 1)));
        }
    }

    [Test]
    public async Task AppendAsync_SeriesBeyondTheLimit_TakesWhatFitsAndKnowsDuplicates()
    {
        await StoreAsync(CodMode.Write, "1.dcm", "2.dcm");
        long[] sizes = [.. new[] { "1.dcm", "2.dcm", "3.dcm" }.Select(file => new FileInfo(AppendFile(file)).Length)];
        var options = new AppendOptions { MaxSeriesBytes = sizes.Sum() };
        Instance hinted = await HintedAsync("5.dcm");
        Instance twice = await HintedAsync("3.dcm");
        Emulator.Log.Clear();
        AppendResult result = await StoreAsync(
            Id, CodMode.Append, [new Instance(AppendFile("3.dcm")), new Instance(AppendFile("4.dcm")), new Instance(AppendFile("2.dcm")), hinted, twice], options);
        using (Assert.EnterMultipleScope())
        {
            Assert.That((result.New.Count, result.Same.Count, result.Errors.Count), Is.EqualTo((1, 2, 2)));
            Assert.That(result.Errors.Select(error => ((SeriesTooLargeException)error.Error).SeriesBytes), Is.All.EqualTo(sizes.Sum()));
            Assert.That(result.Errors.Select(error => ((SeriesTooLargeException)error.Error).MaxBytes), Is.All.EqualTo(sizes.Sum()));
            Assert.That(Emulator.Log.Entries.Where(request => request.Object.EndsWith("5.dcm", StringComparison.Ordinal)), Is.Empty);
        }
    }

    [Test]
    public async Task SyncAsync_DeleteLocalOrigin_DeletesWhatIsStoredAndNothingElse()
    {
        await StoreAsync(CodMode.Write, "1.dcm", "2.dcm");
        string[] names = ["1.dcm", "2_diffheader.dcm", "3.dcm", "4.dcm", "5.dcm"];
        string[] files = [.. names.Select(name => CopyOf(AppendFile(name)))];
        string remote = await PutAsync("1.dcm", AppendFile("1.dcm"));
        await using (CodObject series = await OpenSeriesAsync(CodMode.Append))
        {
            await series.AppendAsync([.. files.Select(file => new Instance(file)), new Instance(remote)], new AppendOptions { DeleteLocalOrigin = true, TreatMetadataDiffsAsSame = true });
            Assert.That(files, Is.All.Exist, "not before the sync");
            await File.AppendAllTextAsync(files[3], "changed");
            await series.RemoveAsync([$"{SeriesUid}.5"]);
            await series.SyncAsync();
        }

        Assert.That(names.Zip(files).Where(pair => File.Exists(pair.Second)).Select(pair => pair.First), Is.EqualTo(new[] { "2_diffheader.dcm", "4.dcm", "5.dcm" }));
    }

    [Test]
    public async Task AppendToSeriesAsync_DeleteLocalOriginAndWrongHints_DeletesNothing()
    {
        await StoreAsync(CodMode.Write, "2.dcm");
        string file = CopyOf(AppendFile("2_diffpixels.dcm"));
        InstanceScan stored = await InstanceScan.FromFileAsync(AppendFile("2.dcm"));
        var lying = new Instance(file) { Hints = HintsOf(stored) };
        AppendResult result = await Datastore.AppendToSeriesAsync(Study, SeriesUid, [lying], new AppendOptions { DeleteLocalOrigin = true });
        Assert.That(result.Errors.Single().Error, Is.InstanceOf<HintMismatchException>());
        Assert.That(file, Does.Exist);
    }

    [TestCase("file://[bad")]
    [TestCase("bad\0name")]
    public async Task AppendAsync_DeleteLocalOriginAndNameThatNoFileCanHave_IsAnErrorOfThatInstance(string path)
    {
        AppendResult result = await StoreAsync(
            Id, CodMode.Write, [new Instance(path), new Instance(CopyOf(AppendFile("1.dcm")))], new AppendOptions { DeleteLocalOrigin = true });
        Assert.That(result.Errors.Single().Error, Is.InstanceOf<SourceReadException>());
        Assert.That(result.New, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task AppendAsync_TreatMetadataDiffsAsSameAndDamagedArchive_IsAnErrorOfThatInstance()
    {
        await StoreAsync(CodMode.Write, "2.dcm", "3.dcm");
        await new DamagedSeries(Datastore).EditAsync(Datastore.Name(Id).Tar, tar => DamagedSeries.Change(tar, 2000));
        await using CodObject series = await OpenSeriesAsync(CodMode.Append);
        AppendResult result = await series.AppendAsync(
            [new Instance(AppendFile("2_diffheader.dcm")), new Instance(AppendFile("3.dcm"))], new AppendOptions { TreatMetadataDiffsAsSame = true });
        Assert.That(result.Errors.Single().Error, Is.InstanceOf<TarValidationException>().Or.InstanceOf<SeriesChangedException>());
        Assert.That(result.Same, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task DisposeAsync_DeleteLocalOriginWithoutSync_DeletesNothing()
    {
        string file = CopyOf(AppendFile("1.dcm"));
        await using (CodObject series = await OpenSeriesAsync(CodMode.Append))
        {
            await series.AppendAsync([new Instance(file)], new AppendOptions { DeleteLocalOrigin = true });
        }

        Assert.That(file, Does.Exist);
    }

    [Test]
    public async Task AppendAsync_HashedAndPlainMixedUp_IsAnErrorOfThatInstance()
    {
        var hasher = new KeyedUidHasher(new byte[16]);
        var hashedId = new SeriesId(hasher.Hash(Study), hasher.Hash(SeriesUid));
        var hashed = new OpenSeriesOptions { UsesHashedUids = true };
        Instance good = new(AppendFile("1.dcm")) { UidHasher = hasher.Hash };
        Instance[] bad =
        [
            new(AppendFile("2.dcm")),
            new(AppendFile("2.dcm")) { UidHasher = _ => "a/b" },
            new(AppendFile("2.dcm")) { UidHasher = _ => null! },
            new(AppendFile("2.dcm")) { UidHasher = _ => throw new FormatException("no") },
        ];
        Instance colliding = new(AppendFile("2.dcm")) { UidHasher = uid => hasher.Hash(uid == $"{SeriesUid}.2" ? $"{SeriesUid}.1" : uid) };
        AppendResult result = await StoreAsync(hashedId, CodMode.Write, [.. bad, good, colliding], openOptions: hashed);
        AppendResult plain = await StoreAsync(Id, CodMode.Write, [new Instance(AppendFile("1.dcm")) { UidHasher = hasher.Hash }, new Instance(AppendFile("2.dcm"))]);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(result.New.Select(instance => instance.StoredUid), Is.EqualTo(new[] { hasher.Hash($"{SeriesUid}.1") }));
            Assert.That(result.Errors, Has.Count.EqualTo(bad.Length + 1));
            Assert.That(result.Errors.Select(error => error.Error), Is.All.InstanceOf<UidHashingException>());
            Assert.That(plain.Errors.Single().Error, Is.InstanceOf<UidHashingException>().With.Message.Contains("in clear"));
            Assert.That(plain.New, Has.Count.EqualTo(1));
        }
    }

    private static Hints HintsOf(InstanceScan scan) => new()
    {
        InstanceUid = scan.InstanceUid,
        SeriesUid = scan.SeriesUid,
        StudyUid = scan.StudyUid,
        SizeBytes = scan.SizeBytes,
        Crc32c = scan.Crc32c,
    };

    private async Task<Instance> HintedAsync(string name) => new(await PutAsync(name, AppendFile(name)))
    {
        Hints = HintsOf(await InstanceScan.FromFileAsync(AppendFile(name))),
    };

    /// <summary>A file without pixels; all have one UID.</summary>
    private string Build(string name, string label)
    {
        string path = Path.Combine(Folder, $"{name}.dcm");
        File.WriteAllBytes(path, DicomFileBuilder.Create()
            .Element(DicomTag.SOPInstanceUID, DicomVr.UI, $"{SeriesUid}.1")
            .Element(DicomTag.StudyInstanceUID, DicomVr.UI, Study)
            .Element(DicomTag.SeriesInstanceUID, DicomVr.UI, SeriesUid)
            .Element(DicomTag.InstanceNumber, DicomVr.IS, label)
            .ToArray());
        return path;
    }
}
