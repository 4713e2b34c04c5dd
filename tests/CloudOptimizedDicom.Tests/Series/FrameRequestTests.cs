using CloudOptimizedDicom.Part10;
using CloudOptimizedDicom.Testing.Objects;
using CloudOptimizedDicom.Testing.Requests;
using CloudOptimizedDicom.Tests.Golden;

namespace CloudOptimizedDicom.Tests.Series;

/// <summary>How many requests frames of a series in a bucket cost, and how many bytes, counted where they arrive.</summary>
public sealed class FrameRequestTests : CloudStorageFixture
{
    private string _folder = "";

    [SetUp]
    public void CreateFolder() => _folder = Directory.CreateTempSubdirectory("cod-frames-").FullName;

    [TearDown]
    public void DeleteFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public async Task ReadFrameAsync_ColdAndWarm_Takes3And1([Values] bool isEncapsulated)
    {
        await StoreAsync(isEncapsulated ? FrameFile.Encapsulated(1, 9, 60_000) : FrameFile.Native(1, 9, 60_000));
        await using CodObject series = await OpenSeriesAsync();
        Assert.That((await series.ReadFrameAsync(FrameFile.Uid(1), 4)).Bytes.ToArray(), Is.EqualTo(FrameFile.Frame(1, 4, 60_000, isEncapsulated)));
        IReadOnlyList<RequestEntry> cold = TakeRequests();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(cold, Has.Count.EqualTo(3));
            Assert.That(cold[^1].BytesDown, Is.EqualTo(isEncapsulated ? 60_000 + (4 * 8) : 60_000));
        }

        await series.ReadFrameAsync(FrameFile.Uid(1), 9);
        Assert.That(TakeRequests(), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task ReadFrameAsync_LargeInstanceOfAPythonSeries_Takes5ColdAnd1Warm([Values] bool isEncapsulated)
    {
        await StoreAsync(isEncapsulated ? FrameFile.Encapsulated(1, 9, 60_000) : FrameFile.Native(1, 9, 60_000));
        await ForgetArchiveAsync(FrameFile.Series);
        await using CodObject series = await OpenSeriesAsync();
        Assert.That((await series.ReadFrameAsync(FrameFile.Uid(1), 4)).Bytes.ToArray(), Is.EqualTo(FrameFile.Frame(1, 4, 60_000, isEncapsulated)));
        Assert.That(TakeRequests(), Has.Count.EqualTo(5));
        Assert.That((await series.ReadFrameAsync(FrameFile.Uid(1), 9)).Bytes.ToArray(), Is.EqualTo(FrameFile.Frame(1, 9, 60_000, isEncapsulated)));
        Assert.That(TakeRequests(), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task ReadFramesAsync_Adjacent_TakeOneRequest([Values] bool isEncapsulated)
    {
        await StoreAsync(isEncapsulated ? FrameFile.Encapsulated(1, 9, 60_000) : FrameFile.Native(1, 9, 60_000));
        await using CodObject series = await OpenSeriesAsync();
        TakeRequests();
        List<DicomFrame> frames = await series.ReadFramesAsync(FrameFile.Uid(1), [6, 3, 5, 4]).ToListAsync();
        Assert.That(frames.Select(frame => frame.Bytes.ToArray()), Is.EqualTo(new[] { 6, 3, 5, 4 }.Select(number => FrameFile.Frame(1, number, 60_000, isEncapsulated))));
        Assert.That(TakeRequests().Single().BytesDown, Is.EqualTo(4 * 60_000).Within(100));
    }

    [Test]
    public async Task ReadFramesAsync_Apart_ReadThroughSmallGapsAndLeaveOutLargeOnes()
    {
        await StoreAsync(FrameFile.Native(1, 12, 30_000));
        await using CodObject series = await OpenSeriesAsync();
        TakeRequests();
        await series.ReadFramesAsync(FrameFile.Uid(1), [1, 3, 12]).ToListAsync();
        Assert.That(TakeRequests().Select(request => request.BytesDown), Is.EquivalentTo(new[] { 90_000L, 30_000L }));
    }

    [Test]
    public async Task ReadFramesAsync_200OfOneInstance_Take3WithTheOpening([Values] bool isEncapsulated)
    {
        await StoreAsync(isEncapsulated ? FrameFile.Encapsulated(1, 200, 30_000) : FrameFile.Native(1, 200, 30_000));
        await using CodObject series = await OpenSeriesAsync();
        List<DicomFrame> frames = await series.ReadFramesAsync(FrameFile.Uid(1)).ToListAsync();
        Assert.That(frames.Select(frame => frame.Bytes.ToArray()), Is.EqualTo(FrameFile.Frames(1, 200, 30_000, isEncapsulated)));
        Assert.That(TakeRequests(), Has.Count.EqualTo(3));
    }

    [Test]
    public async Task ReadFramesAsync_InstanceWithoutATable_IsFetchedOnce()
    {
        // 7 frames of 3 bits each: no range names them. Every other frame asked for is of another instance.
        byte[] bits = FrameFile.Image(1, "7", 1, 3, 1).Element(DicomTag.PixelData, DicomVr.OB, [1, 2, 3, 4]).ToArray();
        await StoreAsync(bits, FrameFile.Native(2, 7, 1000), FrameFile.Native(3, 1, 2000));
        await using CodObject series = await OpenSeriesAsync();
        TakeRequests();
        FrameKey[] keys = [.. Enumerable.Range(1, 7).SelectMany(number => new[] { new FrameKey(FrameFile.Uid(1), number), new FrameKey(FrameFile.Uid(2), number) })];
        List<DicomFrame> frames = await series.ReadFramesAsync(keys, new FrameReadOptions { MaxRequestBytes = 1000 }).ToListAsync();
        Assert.That(frames.Select(frame => new FrameKey(frame.InstanceUid, frame.FrameNumber)), Is.EqualTo(keys));
        IReadOnlyList<RequestEntry> requests = TakeRequests();
        Assert.That(requests, Has.Count.EqualTo(8), "one for the first instance, one for each frame of the second");
        Assert.That(requests.Count(request => request.BytesDown == bits.Length), Is.EqualTo(1));
        await series.ReadFramesAsync(FrameFile.Uid(3), [1, 1]).ToListAsync();
        Assert.That(TakeRequests(), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task ReadFrameAsync_TagsThatSayNothing_CostNoRequest()
    {
        await StoreAsync(FrameFile.Native(1, 3, 100));
        await using CodObject series = await OpenSeriesAsync();
        TakeRequests();
        Assert.That(async () => await series.ReadFrameAsync(FrameFile.Uid(1), 4), Throws.TypeOf<FrameNotFoundException>());
        Assert.That(series.GetFrameCount(FrameFile.Uid(1)), Is.EqualTo(3));
        Assert.That(TakeRequests(), Is.Empty);
    }

    [Test]
    public async Task ReadFramesAsync_SlowCaller_IsNotOvertakenByMoreThanAllowed()
    {
        await StoreAsync(FrameFile.Native(1, 200, 30_000));
        await using CodObject series = await OpenSeriesAsync();
        TakeRequests();
        var options = new FrameReadOptions { MaxRequestBytes = 300_000, MaxAheadBytes = 900_000 };
        int taken = 0;
        await foreach (DicomFrame frame in series.ReadFramesAsync(FrameFile.Uid(1), options))
        {
            Assert.That(frame.FrameNumber, Is.EqualTo(++taken));
            Assert.That(RequestedBytes() - ((taken - 1) / 10 * 300_000), Is.AtMost(900_000), $"{taken}");
        }

        Assert.That((taken, RequestedBytes(), Emulator.Log.Entries.Count), Is.EqualTo((200, 6_000_000L, 20)));
    }

    [Test]
    public async Task ReadFramesAsync_LoopThatIsLeft_HasNothingUnderWay([Values] bool isCancelled)
    {
        await StoreAsync(FrameFile.Native(1, 200, 30_000));
        await using CodObject series = await OpenSeriesAsync();
        using var cancellation = new CancellationTokenSource();
        TakeRequests();
        var options = new FrameReadOptions { MaxRequestBytes = 300_000, MaxAheadBytes = 900_000 };
        int taken = 0;
        async Task ReadAsync()
        {
            await foreach (DicomFrame frame in series.ReadFramesAsync(FrameFile.Uid(1), options, cancellation.Token))
            {
                if (++taken == 25 && isCancelled)
                {
                    await cancellation.CancelAsync();
                }
                else if (taken == 25)
                {
                    break;
                }
            }
        }

        Assert.That(ReadAsync, isCancelled ? Throws.InstanceOf<OperationCanceledException>() : Throws.Nothing);

        // Two batches are done with, three were on their way; whoever comes next is not held up by them.
        await series.ReadFrameAsync(FrameFile.Uid(1), 200);
        Assert.That(Emulator.Log.Entries, Has.Count.AtMost(6));
    }

    [Test]
    public async Task ReadFramesAsync_SeriesOfPython_AsksForEachInstanceOnce()
    {
        var golden = new GoldenSeries("mf_jpeg__v2");
        golden.CopyTo(_folder);
        foreach (string file in Directory.GetFiles(_folder, "*", SearchOption.AllDirectories))
        {
            await using FileStream stream = File.OpenRead(file);
            string name = $"cod/{Path.GetRelativePath(_folder, file).Replace('\\', '/')}";
            await Emulator.Core.InsertAsync(Archive, name, stream, new GcsObjectAttributes(), new GcsConditions(), CancellationToken.None);
        }

        await using CodObject series = await Datastore.OpenSeriesAsync(golden.Id.StudyUid, golden.Id.SeriesUid, CodMode.Read);
        foreach (Instance instance in series.GetInstances())
        {
            TakeRequests();
            int count = await series.ReadFramesAsync(instance.Record!.Uid, new FrameReadOptions { MaxGapBytes = 0, MaxRequestBytes = 1 }).CountAsync();
            Assert.That(count, Is.EqualTo(series.GetFrameCount(instance.Record.Uid)));
            Assert.That(TakeRequests(), Has.Count.EqualTo(1), instance.OriginalPath);
        }
    }

    private long RequestedBytes() => Emulator.Log.Entries.Sum(entry => entry.Range is { } range
        ? long.Parse(range.Split('-')[1]) - long.Parse(range.Split('=', '-')[1]) + 1
        : 0);

    private async Task<CodObject> OpenSeriesAsync()
    {
        TakeRequests();
        return await Datastore.OpenSeriesAsync(FrameFile.Series.StudyUid, FrameFile.Series.SeriesUid, CodMode.Read);
    }

    private async Task StoreAsync(params byte[][] files)
    {
        var instances = new List<Instance>();
        foreach (byte[] file in files)
        {
            string path = Path.Combine(_folder, $"{instances.Count}.dcm");
            await File.WriteAllBytesAsync(path, file);
            instances.Add(new Instance(path));
        }

        await Datastore.UpdateSeriesAsync(FrameFile.Series.StudyUid, FrameFile.Series.SeriesUid, CodMode.Write, series => series.AppendAsync(instances));
        TakeRequests();
    }
}
