using System.Collections.Concurrent;

namespace CloudOptimizedDicom.Tests.Series;

/// <summary>Fifty readers that read in a loop while a writer is at work: each read gives recorded bytes or says that the series changes.</summary>
[CancelAfter(240_000)]
public sealed class ReadersAndWritersTests : CloudStorageFixture
{
    private const int Readers = 50;
    private const int ReadsEach = 60;
    private const int Instances = 6;
    private const int PixelBytes = 80_000;

    private static readonly SeriesId Id = SyntheticInstance.Id;

    private readonly ConcurrentDictionary<(string Uid, uint Crc32c), byte[]> _offered = new();
    private string _directory = "";
    private int _reads;
    private int _changes;

    [SetUp]
    public void CreateDirectory()
    {
        _directory = Directory.CreateTempSubdirectory("cod-readers-").FullName;
        _offered.Clear();
        (_reads, _changes) = (0, 0);
    }

    [TearDown]
    public void DeleteDirectory() => Directory.Delete(_directory, recursive: true);

    [Test]
    public async Task Read_WhileAWriterOnlyAppends_NeverFails([Values] bool isBucket, CancellationToken cancellationToken)
    {
        await using CodDatastore datastore = await OpenAsync(isBucket);
        await WriteAsync(datastore, CodMode.Write, [Make(0, 0)]);
        await ReadWhileAsync(datastore, async () =>
        {
            for (int number = 1; number <= 12; number++)
            {
                await WriteAsync(datastore, CodMode.Append, [Make(number, 0)]);
            }
        }, cancellationToken);
        Assert.That((_reads, _changes), Is.EqualTo((Readers * ReadsEach, 0)));
    }

    [Test]
    public async Task Read_WhileAWriterChangesEverything_GivesRecordedBytesOrSaysSo([Values] bool isBucket, CancellationToken cancellationToken)
    {
        await using CodDatastore datastore = await OpenAsync(isBucket);
        await WriteAsync(datastore, CodMode.Write, [Make(0, 0)]);
        await ReadWhileAsync(datastore, async () =>
        {
            for (int version = 1; version <= 4; version++)
            {
                await WriteAsync(datastore, CodMode.Write, [.. Enumerable.Range(0, Instances).Select(number => Make(number, version))]);
                await WriteAsync(datastore, CodMode.Append, [Make(Instances + version, version)]);
                await datastore.UpdateSeriesAsync(Id.StudyUid, Id.SeriesUid, CodMode.Append, series => series.RemoveAsync([SyntheticInstance.Uid(version % Instances)]));
                await datastore.UpdateSeriesAsync(Id.StudyUid, Id.SeriesUid, CodMode.Append, async series =>
                {
                    await series.TruncateAsync();
                    await series.AppendAsync([new Instance(Make(1, -version))]);
                });
                await datastore.RepairSeriesAsync(Id.StudyUid, Id.SeriesUid, cancellationToken: cancellationToken);
            }
        }, cancellationToken);
        Assert.That(_reads + _changes, Is.EqualTo(Readers * ReadsEach));
    }

    private async Task<CodDatastore> OpenAsync(bool isBucket) => isBucket
        ? await CodDatastore.OpenAsync(Datastore.Uri, new CodDatastoreOptions { Endpoint = Emulator.Endpoint })
        : await CodDatastore.OpenAsync(Path.Combine(_directory, "store"));

    private async Task ReadWhileAsync(CodDatastore datastore, Func<Task> write, CancellationToken cancellationToken)
    {
        Task[] readers = [.. Enumerable.Range(0, Readers).Select(seed => Task.Run(() => ReadAsync(datastore, new Random(seed), cancellationToken), cancellationToken))];
        await write();
        await Task.WhenAll(readers);
    }

    private async Task ReadAsync(CodDatastore datastore, Random random, CancellationToken cancellationToken)
    {
        CodObject? series = null;
        for (int read = 0; read < ReadsEach; read++)
        {
            series ??= await datastore.OpenSeriesAsync(Id.StudyUid, Id.SeriesUid, CodMode.Read, cancellationToken: cancellationToken);
            IReadOnlyList<Instance> instances = series.GetInstances();
            InstanceRecord record = instances[random.Next(instances.Count)].Record!;
            try
            {
                await ReadAsync(series, record, random);
                Interlocked.Increment(ref _reads);
            }
            catch (SeriesChangedException)
            {
                Interlocked.Increment(ref _changes);
                await series.DisposeAsync();
                series = null;
            }
        }
    }

    /// <summary>The whole series, one instance, or a part of it, which must be the bytes that are recorded.</summary>
    private async Task ReadAsync(CodObject series, InstanceRecord record, Random random)
    {
        byte[] expected = _offered[(record.Uid, record.Crc32c)];
        if (random.Next(8) == 0)
        {
            await foreach (StreamedInstance streamed in series.StreamSeriesAsync())
            {
                InstanceRecord other = streamed.Instance.Record!;
                Assert.That(((MemoryStream)streamed.Content).ToArray().AsSpan().SequenceEqual(_offered[(other.Uid, other.Crc32c)]));
            }

            return;
        }

        if (random.Next(2) == 0)
        {
            Assert.That((await series.ReadInstanceAsync(record.Uid)).AsSpan().SequenceEqual(expected));
            return;
        }

        await using Stream stream = await series.OpenInstanceAsync(record.Uid);
        int place = random.Next(expected.Length - 100);
        stream.Position = place;
        byte[] part = new byte[100];
        await stream.ReadExactlyAsync(part);
        Assert.That(part.AsSpan().SequenceEqual(expected.AsSpan(place, part.Length)));
    }

    private string Make(int number, int version)
    {
        byte[] file = SyntheticInstance.Create(number, PixelBytes, version);
        _offered[(SyntheticInstance.Uid(number), Crc32c.Compute(file))] = file;
        return SyntheticInstance.Write(_directory, number, PixelBytes, version);
    }

    private static Task WriteAsync(CodDatastore datastore, CodMode mode, string[] files) =>
        datastore.UpdateSeriesAsync(Id.StudyUid, Id.SeriesUid, mode, series => series.AppendAsync(files.Select(file => new Instance(file))));
}
