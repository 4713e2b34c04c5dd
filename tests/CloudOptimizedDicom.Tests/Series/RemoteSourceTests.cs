using System.Text.Json;
using CloudOptimizedDicom.Part10;
using CloudOptimizedDicom.Testing.Faults;
using CloudOptimizedDicom.Testing.Requests;
using CloudOptimizedDicom.Tests.Part10;

namespace CloudOptimizedDicom.Tests.Series;

/// <summary>Instances that come from a bucket.</summary>
public sealed class RemoteSourceTests : CloudStorageFixture
{
    private const int FirstBytes = 64 * 1024;
    private const string Study = "1.2.826.0.1.3680043.8.498.7001.93";
    private const string SeriesUid = Study + ".1";

    /// <summary>The cases end as Python recorded them, with the files in our inbox instead of Python's bucket.</summary>
    [TestCase("remote_source__v2")]
    [TestCase("diff_hash_dupe__v2")]
    public async Task Append_GoldenCase_EndsAsRecorded(string goldenCase)
    {
        JsonElement expected = JsonDocument.Parse(await File.ReadAllBytesAsync(Repository.TestData("cod", goldenCase, "expected.json"))).RootElement;
        foreach (JsonElement step in expected.GetProperty("steps").EnumerateArray())
        {
            List<Instance> instances = [];
            foreach (string input in Texts(step, "input"))
            {
                string file = Repository.TestData("dicom", "appendset", Path.GetFileName(input));
                bool isRemote = input.StartsWith("gs://", StringComparison.Ordinal);
                string uri = isRemote ? await PutAsync($"src/{Path.GetFileName(input)}", file) : file;
                instances.Add(new Instance(uri) { Dependencies = isRemote ? [uri] : [] });
            }

            AppendResult? result = null;
            await Datastore.UpdateSeriesAsync(
                Study, SeriesUid, CodModes.Parse(step.GetProperty("mode").GetString()!), async series => result = await series.AppendAsync(instances));
            using (Assert.EnterMultipleScope())
            {
                Assert.That(Names(result!.New), Is.EqualTo(Texts(step, "new").Select(Path.GetFileName)));
                Assert.That(Names(result.Same), Is.EqualTo(Texts(step, "same").Select(Path.GetFileName)));
                Assert.That(Names(result.Conflict), Is.EqualTo(Texts(step, "conflict").Select(Path.GetFileName)));
                Assert.That(result.Errors, Is.Empty);
            }
        }

        await using CodObject stored = await Datastore.OpenSeriesAsync(Study, SeriesUid, CodMode.Read);
        using (Assert.EnterMultipleScope())
        {
            foreach ((Instance instance, JsonElement golden) in stored.GetInstances().Zip(expected.GetProperty("instances").EnumerateArray()))
            {
                InstanceRecord record = instance.Record!;
                Assert.That(record.Uid, Is.EqualTo(golden.GetProperty("uid").GetString()));
                Assert.That(Crc32c.ToBase64(record.Crc32c), Is.EqualTo(golden.GetProperty("crc32c").GetString()));
                Assert.That(record.Dependencies.Select(Path.GetFileName), Is.EqualTo(Texts(golden, "dependencies").Select(Path.GetFileName)));
                Assert.That(record.DiffHashDupePaths.Select(Path.GetFileName), Is.EqualTo(Texts(golden, "diff_hash_dupe_paths").Select(Path.GetFileName)));
            }

            Assert.That((await stored.VerifyIntegrityAsync()).Findings, Is.Empty);
        }
    }

    [Test]
    public async Task IdentifyAsync_LargeObject_FetchesItsHeadOnly()
    {
        string file = Path.GetTempFileName();
        try
        {
            await using (FileStream large = File.Create(file))
            {
                await large.WriteAsync(await File.ReadAllBytesAsync(Repository.TestData("dicom", "appendset", "1.dcm")));
                large.SetLength(50 << 20);
            }

            string uri = await PutAsync("large.dcm", file);
            TakeRequests();
            SeriesId id = await Datastore.IdentifyAsync(new Instance(uri));
            IReadOnlyList<RequestEntry> requests = TakeRequests();
            using (Assert.EnterMultipleScope())
            {
                Assert.That(id, Is.EqualTo(new SeriesId(Study, SeriesUid)));
                Assert.That(requests, Has.Count.EqualTo(1));
                Assert.That(requests[0].BytesDown, Is.LessThanOrEqualTo(64 * 1024));
            }
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <summary>Wherever the first bytes end, also within a UID.</summary>
    [Test]
    public async Task IdentifyAsync_HeadThatEndsWithinAUid_ReadsOn([Range(0, 72, 4)] int missing)
    {
        DicomFileBuilder file = DicomFileBuilder.Create()
            .Element(DicomTag.SOPInstanceUID, DicomVr.UI, "1.2.3.4.5.6")
            .Element(new DicomTag(0x00190010), DicomVr.LO, "A CREATOR");
        file.Element(new DicomTag(0x00191001), DicomVr.OB, new byte[FirstBytes - file.Position - 12 - missing])
            .Element(DicomTag.StudyInstanceUID, DicomVr.UI, "1.2.3.4.5.6.7.8")
            .Element(DicomTag.SeriesInstanceUID, DicomVr.UI, "1.2.3.4.5.6.7.8.9.10.11.12.13.14.15")
            .Element(DicomTag.InstanceNumber, DicomVr.IS, "1");
        string path = Path.GetTempFileName();
        try
        {
            await File.WriteAllBytesAsync(path, file.ToArray());
            string uri = await PutAsync("long.dcm", path);
            Assert.That(await Datastore.IdentifyAsync(new Instance(uri)), Is.EqualTo(new SeriesId("1.2.3.4.5.6.7.8", "1.2.3.4.5.6.7.8.9.10.11.12.13.14.15")));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Test]
    public async Task IdentifyAsync_LargeObjectThatIsNotDicom_IsGivenUpAfterItsHead()
    {
        string path = Path.GetTempFileName();
        try
        {
            await using (FileStream large = File.Create(path))
            {
                await large.WriteAsync("PK\u0003\u0004 an archive of something"u8.ToArray());
                large.SetLength(20 << 20);
            }

            string uri = await PutAsync("large.zip", path);
            TakeRequests();
            Assert.ThrowsAsync<InvalidDicomException>(() => Datastore.IdentifyAsync(new Instance(uri)));
            Assert.That(TakeRequests(), Has.Count.EqualTo(1));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Test]
    public async Task AppendAsync_SourceThatIsNotThere_IsAnErrorOfThatInstance()
    {
        string there = await PutAsync("1.dcm", Repository.TestData("dicom", "appendset", "1.dcm"));
        AppendResult? result = null;
        await Datastore.UpdateSeriesAsync(
            Study, SeriesUid, CodMode.Write, async series => result = await series.AppendAsync([new Instance($"gs://{Inbox}/none.dcm"), new Instance(there)]));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(result!.New.Select(instance => instance.OriginalPath), Is.EqualTo(new[] { there }));
            Assert.That(result.Errors.Single().Error, Is.InstanceOf<SourceReadException>().With.Message.Contains("none.dcm"));
        }
    }

    [Test]
    public async Task AppendAsync_ObjectWhoseAnswersEndEarly_IsAnErrorOfThatInstance()
    {
        string cut = await PutAsync("1.dcm", Repository.TestData("dicom", "appendset", "1.dcm"));
        string whole = await PutAsync("2.dcm", Repository.TestData("dicom", "appendset", "2.dcm"));
        Emulator.Faults.Add(new FaultRule { Action = FaultAction.CutResponse(0), ObjectGlob = "1.dcm" });
        AppendResult? result = null;
        await Datastore.UpdateSeriesAsync(
            Study, SeriesUid, CodMode.Write, async series => result = await series.AppendAsync([new Instance(cut), new Instance(whole)]));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(result!.Errors.Single().Error, Is.InstanceOf<SourceReadException>());
            Assert.That(result.New.Single().OriginalPath, Is.EqualTo(whole));
        }
    }

    /// <summary>The emulator serves objects as any web server serves files.</summary>
    [Test]
    public async Task AppendAsync_FilesOfAWebServer_AreStoredAndMissingOnesAreErrors()
    {
        string file = Repository.TestData("dicom", "appendset", "1.dcm");
        await PutAsync("1.dcm", file);
        string there = $"{Emulator.Endpoint}storage/v1/b/{Inbox}/o/1.dcm?alt=media";
        string missing = $"{Emulator.Endpoint}storage/v1/b/{Inbox}/o/none.dcm?alt=media&key=hidden";
        TakeRequests();
        var instance = new Instance(there);
        Assert.That(await Datastore.IdentifyAsync(instance), Is.EqualTo(new SeriesId(Study, SeriesUid)));
        Assert.That(TakeRequests().Single().Range, Is.Not.Null, "the header is asked for by range");
        AppendResult? result = null;
        await Datastore.UpdateSeriesAsync(
            Study, SeriesUid, CodMode.Write, async series => result = await series.AppendAsync([instance, new Instance(missing)]));
        await using CodObject stored = await Datastore.OpenSeriesAsync(Study, SeriesUid, CodMode.Read);
        await using Stream stream = await stored.OpenInstanceAsync(0);
        var bytes = new MemoryStream();
        await stream.CopyToAsync(bytes);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(bytes.ToArray(), Is.EqualTo(await File.ReadAllBytesAsync(file)));
            Assert.That(result!.Errors.Single().Error, Is.InstanceOf<SourceReadException>().With.Message.Contains("404").And.Message.Not.Contains("hidden"));
        }
    }

    [Test]
    public async Task AppendAsync_WrongHint_FailsThatInstanceAndNamesTheField()
    {
        string uri = await PutAsync("1.dcm", Repository.TestData("dicom", "appendset", "1.dcm"));
        AppendResult? result = null;
        await Datastore.UpdateSeriesAsync(
            Study, SeriesUid, CodMode.Write, async series => result = await series.AppendAsync([new Instance(uri) { Hints = new Hints { Crc32c = 1 } }]));
        Assert.That(
            ((HintMismatchException)result!.Errors.Single().Error).Field, Is.EqualTo(nameof(Hints.Crc32c)));
    }

    [Test]
    public async Task Append_WithFaultsOnTheWay_EndsInTheSameStore()
    {
        List<string> uris = [];
        foreach (string file in Directory.GetFiles(Repository.TestData("dicom", "ct5")).Order(StringComparer.Ordinal))
        {
            uris.Add(await PutAsync(Path.GetFileName(file), file));
        }

        await StoreCt5Async(uris);
        GcsTar before = ReadTar();
        FaultAction[] actions = [FaultAction.Refuse(503), FaultAction.DropBefore, FaultAction.DropAfter, FaultAction.CutResponse(200)];
        for (int seed = 0; seed < 40; seed++)
        {
            Emulator.Faults.Clear();
            foreach (FaultAction action in actions)
            {
                Emulator.Faults.Add(new FaultRule { Action = action, Probability = 0.02, Seed = seed });
            }

            await StoreCt5Async(uris);
            Assert.That(ReadTar(), Is.EqualTo(before), $"seed {seed}");
        }
    }

    private static IEnumerable<string> Texts(JsonElement element, string member) =>
        element.GetProperty(member).EnumerateArray().Select(text => text.GetString()!);

    private static IEnumerable<string> Names(IEnumerable<Instance> instances) => instances.Select(instance => Path.GetFileName(instance.OriginalPath));

    private Task StoreCt5Async(IEnumerable<string> uris) => Datastore.UpdateSeriesAsync(
        "1.2.826.0.1.3680043.8.498.7001.1", "1.2.826.0.1.3680043.8.498.7001.1.1", CodMode.Write, series => series.AppendAsync(uris.Select(uri => new Instance(uri))));

    private GcsTar ReadTar()
    {
        var tar = Emulator.Core.Find(Archive, "cod/studies/1.2.826.0.1.3680043.8.498.7001.1/series/1.2.826.0.1.3680043.8.498.7001.1.1.tar")!;
        return new GcsTar(tar.SizeBytes, tar.Crc32c);
    }

    private sealed record GcsTar(long SizeBytes, uint Crc32c);
}
