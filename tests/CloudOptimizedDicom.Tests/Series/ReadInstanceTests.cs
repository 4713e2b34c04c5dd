using System.Text;
using CloudOptimizedDicom.Diagnostics;
using CloudOptimizedDicom.Locking;
using CloudOptimizedDicom.Storage;
using CloudOptimizedDicom.Testing.Requests;

namespace CloudOptimizedDicom.Tests.Series;

/// <summary>What it costs to read instances from a bucket, counted where the requests arrive, and that the bytes are right.</summary>
public sealed class ReadInstanceTests : SyntheticSeriesFixture
{
    private const int Large = 3 * 1024 * 1024;

    [Test]
    public async Task OpenInstanceAsync_CopiedWhole_IsOneRequest([Values] bool isPythons)
    {
        await StoreAsync(1000, Large);
        await ForgetArchiveIfAsync(isPythons);
        await using CodObject series = await OpenSeriesAsync();
        TakeRequests();
        using var copy = new MemoryStream();
        await series.CopyInstanceToAsync(SyntheticInstance.Uid(2), copy);
        Assert.That(copy.ToArray().AsSpan().SequenceEqual(Stored[1]));
        Assert.That((await series.ReadInstanceAsync(SyntheticInstance.Uid(2))).AsSpan().SequenceEqual(Stored[1]));
        await using Stream stream = await series.OpenInstanceAsync(1);
        byte[] whole = new byte[stream.Length];
        await stream.ReadExactlyAsync(whole);
        Assert.That(whole.AsSpan().SequenceEqual(Stored[1]));
        IReadOnlyList<RequestEntry> requests = TakeRequests();
        Assert.That(requests, Has.Count.EqualTo(3), Describe(requests));
        Assert.That(requests.Select(request => request.BytesDown), Is.All.EqualTo(Stored[1].Length));
    }

    [Test]
    public async Task OpenInstanceAsync_ReadBitByBit_IsThreeRequestsAndChecked()
    {
        await StoreAsync(Large);
        await using CodObject series = await OpenSeriesAsync();
        await using Stream stream = await series.OpenInstanceAsync(0);
        TakeRequests();
        using var copy = new MemoryStream();
        byte[] little = new byte[777];
        for (int read; (read = await stream.ReadAsync(little)) > 0;)
        {
            copy.Write(little, 0, read);
        }

        Assert.That(copy.ToArray().AsSpan().SequenceEqual(Stored[0]));
        IReadOnlyList<RequestEntry> requests = TakeRequests();
        Assert.That(requests, Has.Count.EqualTo(3), Describe(requests));
        Assert.That(requests.Sum(request => request.BytesDown), Is.EqualTo(Stored[0].Length), "no byte twice");
    }

    [Test]
    public async Task OpenInstanceAsync_ParserThatJumpsOverThePixels_FetchesNone()
    {
        await StoreAsync(Large);
        await using CodObject series = await OpenSeriesAsync();
        await using Stream stream = await series.OpenInstanceAsync(0);
        TakeRequests();
        using (var reader = new BinaryReader(stream, Encoding.ASCII, leaveOpen: true))
        {
            Assert.That(reader.ReadBytes(132).AsSpan(128).SequenceEqual("DICM"u8));
            reader.ReadBytes(300);
            stream.Seek(200, SeekOrigin.Begin);
            Assert.That(reader.ReadBytes(10).AsSpan().SequenceEqual(Stored[0].AsSpan(200, 10)));
            stream.Seek(-10, SeekOrigin.End);
            Assert.That(reader.ReadBytes(10).AsSpan().SequenceEqual(Stored[0].AsSpan(Stored[0].Length - 10)));
        }

        IReadOnlyList<RequestEntry> requests = TakeRequests();
        Assert.That(requests, Has.Count.EqualTo(2), Describe(requests));
        Assert.That(requests.Sum(request => request.BytesDown), Is.LessThan(256 * 1024));
    }

    [Test]
    public async Task OpenInstanceAsync_AnySeeksAndReads_GiveTheBytesOfThePlace([Values] bool isPythons, [Range(1, 8)] int seed)
    {
        await StoreAsync(5, Large, 70_000);
        await ForgetArchiveIfAsync(isPythons);
        await using CodObject series = await OpenSeriesAsync();
        var random = new Random(seed);
        for (int number = 1; number <= 3; number++)
        {
            byte[] expected = Stored[number - 1];
            await using Stream stream = await series.OpenInstanceAsync(SyntheticInstance.Uid(number));
            for (int step = 0; step < 60; step++)
            {
                stream.Position = random.Next(3) == 0 ? stream.Position : random.Next(2) == 0
                    ? Math.Min(expected.Length, stream.Position + random.Next(40_000))
                    : random.Next(expected.Length + 10);
                int place = (int)stream.Position;
                byte[] bytes = new byte[random.Next(2) == 0 ? random.Next(1, 500) : random.Next(1, 200_000)];
                int read = random.Next(2) == 0 ? stream.Read(bytes) : await stream.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false);
                Assert.That(read > 0 || place >= expected.Length, $"at {place}");
                Assert.That(bytes.AsSpan(0, read).SequenceEqual(expected.AsSpan(Math.Min(place, expected.Length), read)), $"at {place}");
            }
        }
    }

    [Test]
    public async Task OpenInstanceAsync_OtherBytesInTheArchive_FailsAtTheLastByte()
    {
        await StoreAsync(Large);
        await using CodObject series = await OpenSeriesAsync();
        InstanceRecord record = series.GetInstances()[0].Record!;
        var wrong = new InstanceStream(record, "archive", (range, _) => Task.FromResult(new OpenedRange(new MemoryStream(new byte[range.Length]), IsWhole: false)), CodMeter.Default);
        Assert.That(async () => await wrong.CopyToAsync(Stream.Null), Throws.InstanceOf<HashMismatchException>());
        Assert.That(async () => await wrong.ReadExactlyAsync(new byte[10]), Throws.InstanceOf<HashMismatchException>(), "asked again");
    }

    [Test]
    public async Task OpenInstanceAsync_HeaderOfAPythonSeries_IsFiveRequestsColdAndOneWarm()
    {
        await StoreAsync(Large, Large);
        await ForgetArchiveAsync();
        await using CodObject series = await OpenSeriesAsync();
        await ReadSomeAsync(series, SyntheticInstance.Uid(1));
        IReadOnlyList<RequestEntry> cold = TakeRequests();
        await ReadSomeAsync(series, SyntheticInstance.Uid(2));
        IReadOnlyList<RequestEntry> warm = TakeRequests();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(cold, Has.Count.EqualTo(5), Describe(cold));
            Assert.That(warm, Has.Count.EqualTo(1), Describe(warm));
            Assert.That(cold.Concat(warm).Sum(request => request.BytesDown), Is.LessThan(400 * 1024));
        }
    }

    [Test]
    public async Task OpenInstanceAsync_PythonSeriesThatIsLocked_IsReadWholeAndProven()
    {
        await StoreAsync(Large);
        await ForgetArchiveAsync();
        await using CodObject series = await OpenSeriesAsync();
        await new SeriesLock(Datastore.Store, Names.Lock).AcquireAsync(LockOperation.Append, new byte[1], CancellationToken.None);
        TakeRequests();
        await ReadSomeAsync(series, SyntheticInstance.Uid(1));
        Assert.That(TakeRequests().Max(request => request.BytesDown), Is.EqualTo(Stored[0].Length));
    }

    [Test]
    public async Task OpenInstanceAsync_PythonSeriesWithAnotherArchive_GivesNoByteOfIt()
    {
        await StoreAsync(Large);
        await ForgetArchiveAsync();
        await using CodObject series = await OpenSeriesAsync();
        byte[] other = new byte[Large * 2];
        await Datastore.Store.UploadAsync(Names.Tar, ObjectUpload.FromMemory(other), ObjectPrecondition.None);
        await new SeriesLock(Datastore.Store, Names.Lock).AcquireAsync(LockOperation.Write, new byte[1], CancellationToken.None);
        Assert.That(() => ReadSomeAsync(series, SyntheticInstance.Uid(1)), Throws.InstanceOf<SeriesChangedException>());
    }

    [Test]
    public async Task OpenInstanceAsync_SeriesWrittenOverSinceItWasOpened_GivesNoByteOfTheNewOne()
    {
        await StoreAsync(Large);
        await using CodObject series = await OpenSeriesAsync();
        string other = SyntheticInstance.Write(Files, 1, Large, version: 1);
        await Datastore.UpdateSeriesAsync(Id.StudyUid, Id.SeriesUid, CodMode.Write, written => written.AppendAsync([new Instance(other)]));
        Assert.That(() => ReadSomeAsync(series, SyntheticInstance.Uid(1)), Throws.InstanceOf<SeriesChangedException>());
    }

    [Test]
    public async Task ReadHeaderAsync_LargeInstance_FetchesOnlyWhatIsBeforeThePixels([Values(0, 100_000, 900_000)] int privateBytes)
    {
        byte[] file = SyntheticInstance.Create(1, Large, privateBytes: privateBytes);
        string path = Path.Combine(Files, "header.dcm");
        await File.WriteAllBytesAsync(path, file);
        await Datastore.UpdateSeriesAsync(Id.StudyUid, Id.SeriesUid, CodMode.Write, series => series.AppendAsync([new Instance(path)]));
        await using CodObject series = await OpenSeriesAsync();
        TakeRequests();
        byte[] header = await series.ReadHeaderAsync(SyntheticInstance.Uid(1));
        Assert.That(header.AsSpan().SequenceEqual(file.AsSpan(0, file.Length - Large - 12)));
        Assert.That(TakeRequests().Sum(request => request.BytesDown), Is.LessThan(256 * 1024 + (2 * privateBytes)));
    }

    [Test]
    public async Task ReadHeaderAsync_InstanceOf500MB_IsLessThan256KB()
    {
        const int pixelBytes = 500_000_000;
        string path = Path.Combine(Files, "large.dcm");
        byte[] head = SyntheticInstance.Create(1, 0)[..^4];
        await using (FileStream file = File.Create(path))
        {
            file.Write(head);
            file.Write(BitConverter.GetBytes(pixelBytes));
            file.SetLength(head.Length + 4L + pixelBytes);
        }

        await Datastore.UpdateSeriesAsync(Id.StudyUid, Id.SeriesUid, CodMode.Write, series => series.AppendAsync([new Instance(path)]));
        TakeRequests();
        await using CodObject series = await OpenSeriesAsync();
        byte[] header = await series.ReadHeaderAsync(SyntheticInstance.Uid(1));
        IReadOnlyList<RequestEntry> requests = TakeRequests();
        Assert.That(header, Is.EqualTo(head[..^8]));
        Assert.That(requests, Has.Count.EqualTo(3), Describe(requests));
        Assert.That(requests.Sum(request => request.BytesDown), Is.LessThan(256 * 1024));
    }

    private static async Task ReadSomeAsync(CodObject series, string uid)
    {
        await using Stream stream = await series.OpenInstanceAsync(uid);
        await stream.ReadExactlyAsync(new byte[500]);
    }

    private Task ForgetArchiveIfAsync(bool isPythons) => isPythons ? ForgetArchiveAsync() : Task.CompletedTask;
}
