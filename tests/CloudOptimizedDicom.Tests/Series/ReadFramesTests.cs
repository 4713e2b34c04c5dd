using System.Buffers;
using System.Text.Json;
using CloudOptimizedDicom.Part10;
using CloudOptimizedDicom.Tests.Golden;
using CloudOptimizedDicom.Tests.Part10;

namespace CloudOptimizedDicom.Tests.Series;

/// <summary>Frames of series in a directory: that they are the right ones, and what happens where there are none.</summary>
public sealed class ReadFramesTests
{
    private static readonly string[] MultiFrameFolders = ["mf_native", "mf_rle", "mf_jpeg"];

    private TemporaryDatastore _store = null!;

    [SetUp]
    public async Task CreateStore() => _store = await TemporaryDatastore.CreateAsync();

    [TearDown]
    public async Task DeleteStore() => await _store.DisposeAsync();

    [Test]
    public async Task ReadFramesAsync_SeriesOfPython_AreThoseThatAnotherReaderCuts([ValueSource(nameof(MultiFrameFolders))] string folder, [Values("v1", "v2")] string version)
    {
        var golden = new GoldenSeries($"{folder}__{version}");
        golden.CopyTo(_store.StorePath);

        // The archives are the same in both versions, so some are kept once.
        string archive = Path.Combine(_store.StorePath, "studies", golden.Id.StudyUid, "series", golden.Id.SeriesUid + ".tar");
        if (!File.Exists(archive))
        {
            File.Copy(Repository.TestData("cod", $"{folder}__v2", "series.tar"), archive);
        }

        await using CodObject series = await _store.OpenAsync(golden.Id, CodMode.Read);
        await CheckAsync(series, instance => instance.OriginalPath.Split("/dicom/")[1]);
    }

    [Test]
    public async Task ReadFramesAsync_SeriesOfOurs_AreThoseThatAnotherReaderCuts(
        [ValueSource(nameof(MultiFrameFolders))] string folder, [Values] MetadataVersion version, [Values] bool isPending)
    {
        string[] files = Directory.GetFiles(Repository.TestData("dicom", folder));
        InstanceScan scan = await InstanceScan.FromFileAsync(files[0]);
        var id = new SeriesId(scan.StudyUid!, scan.SeriesUid!);
        var options = new OpenSeriesOptions { MetadataVersion = version };
        if (isPending)
        {
            await using CodObject pending = await _store.OpenAsync(id, CodMode.Write, options);
            await pending.AppendAsync(files.Select(file => new Instance(file)));
            await CheckAsync(pending, instance => $"{folder}/{Path.GetFileName(instance.OriginalPath)}");
            return;
        }

        await _store.StoreAsync(id, CodMode.Write, files.Select(file => new Instance(file)), options);
        await using CodObject series = await _store.OpenAsync(id, CodMode.Read);
        await CheckAsync(series, instance => $"{folder}/{Path.GetFileName(instance.OriginalPath)}");
    }

    [Test]
    public async Task ReadFrameAsync_TellsWhatTheTagsSay()
    {
        await using CodObject series = await StoreAsync(FrameFile.Encapsulated(1, 2, 100));
        DicomFrame frame = await series.ReadFrameAsync(FrameFile.Uid(1), 2);
        using (Assert.EnterMultipleScope())
        {
            Assert.That((frame.InstanceUid, frame.FrameNumber), Is.EqualTo((FrameFile.Uid(1), 2)));
            Assert.That((frame.TransferSyntax, frame.IsEncapsulated, frame.FileExtension), Is.EqualTo((FrameFile.Jpeg, true, "jpg")));
            Assert.That((frame.Rows, frame.Columns, frame.SamplesPerPixel, frame.PhotometricInterpretation), Is.EqualTo((512, 512, 1, "MONOCHROME2")));
            Assert.That((frame.BitsAllocated, frame.BitsStored, frame.HighBit, frame.PixelRepresentation), Is.EqualTo((8, 8, 7, 0)));
            Assert.That(frame.PlanarConfiguration, Is.Null);
            Assert.That(frame.Bytes.ToArray(), Is.EqualTo(FrameFile.Frame(1, 2, 100, isJpeg: true)));
        }
    }

    [Test]
    public async Task ReadFrameAsync_IntoABufferWriter_AddsTheFrame([Values] bool isEncapsulated)
    {
        await using CodObject series = await StoreAsync(isEncapsulated ? FrameFile.Encapsulated(1, 3, 100) : FrameFile.Native(1, 3, 100));
        var writer = new ArrayBufferWriter<byte>();
        writer.Write("before"u8);
        int count = await series.ReadFrameAsync(FrameFile.Uid(1), 3, writer);
        Assert.That(writer.WrittenMemory[6..].ToArray(), Is.EqualTo(FrameFile.Frame(1, 3, count, isEncapsulated)));
        Assert.That(async () => await series.ReadFrameAsync(FrameFile.Uid(1), 4, writer), Throws.TypeOf<FrameNotFoundException>());
        Assert.That(writer.WrittenCount, Is.EqualTo(106));
    }

    [TestCase(1, 35, Description = "one frame, which ends inside a byte")]
    [TestCase(3, 35, Description = "the second begins inside a byte")]
    [TestCase(9, 3, Description = "several in one byte")]
    [TestCase(4, 24, Description = "whole bytes")]
    public async Task ReadFrameAsync_OneBitAllocated_BeginsWithTheLowestBit(int frames, int bits)
    {
        var random = new Random(bits);
        bool[][] expected = [.. Enumerable.Range(0, frames).Select(_ => Enumerable.Range(0, bits).Select(_ => random.Next(2) == 1).ToArray())];
        byte[] pixels = Pack([.. expected.SelectMany(frame => frame)]);
        foreach (TransferSyntax syntax in new[] { TransferSyntax.ExplicitVrLittleEndian, TransferSyntax.DeflatedExplicitVrLittleEndian })
        {
            byte[] file = FrameFile.Image(1, $"{frames}", 1, (ushort)bits, 1, syntax).Element(DicomTag.PixelData, DicomVr.OB, pixels).ToArray();
            await using CodObject series = await StoreAsync(syntax.IsDeflated ? FrameFile.Deflate(file) : file);
            List<DicomFrame> read = await series.ReadFramesAsync(FrameFile.Uid(1)).ToListAsync();
            Assert.That(read.Select(frame => frame.Bytes.ToArray()), Is.EqualTo(expected.Select(Pack)));
        }
    }

    [Test]
    public async Task ReadFramesAsync_Deflated_AreInflated()
    {
        byte[] file = FrameFile.Deflate(FrameFile.Native(1, 5, 1001, trailing: 10, TransferSyntax.DeflatedExplicitVrLittleEndian));
        await using CodObject series = await StoreAsync(file);
        List<DicomFrame> read = await series.ReadFramesAsync(FrameFile.Uid(1), [4, 2, 4]).ToListAsync();
        Assert.That(read.Select(frame => frame.Bytes.ToArray()), Is.EqualTo(new[] { 4, 2, 4 }.Select(number => FrameFile.Frame(1, number, 1001))));
        Assert.That(read[0].FileExtension, Is.EqualTo("raw"));
    }

    [Test]
    public async Task ReadFramesAsync_AnyOrder_IsTheOrderAskedFor([Values(1, 3000, 8 * 1024 * 1024)] int maxRequestBytes, [Values(0, 1000)] int maxAheadBytes)
    {
        await using CodObject series = await StoreAsync(
            FrameFile.Native(1, 9, 1000), FrameFile.Encapsulated(2, 9, 1200), FrameFile.Native(3, 1, 900), FrameFile.Encapsulated(4, 9, 500, isFragmented: false));
        var random = new Random(7);
        FrameKey[] keys = [.. Enumerable.Range(0, 60).Select(_ => random.Next(1, 5)).Select(instance => new FrameKey(FrameFile.Uid(instance), instance == 3 ? 1 : random.Next(1, 10)))];
        var options = new FrameReadOptions { MaxRequestBytes = maxRequestBytes, MaxAheadBytes = maxAheadBytes, MaxGapBytes = 500 };
        List<DicomFrame> read = await series.ReadFramesAsync(keys, options).ToListAsync();
        Assert.That(read.Select(frame => new FrameKey(frame.InstanceUid, frame.FrameNumber)), Is.EqualTo(keys));
        Assert.That(read.Select(frame => frame.Bytes.ToArray()), Is.EqualTo(keys.Select(Expected)));

        static byte[] Expected(FrameKey key) => key.InstanceUid[^1] switch
        {
            '1' => FrameFile.Frame(1, key.FrameNumber, 1000),
            '2' => FrameFile.Frame(2, key.FrameNumber, 1200, isJpeg: true),
            '3' => FrameFile.Frame(3, key.FrameNumber, 900),
            _ => FrameFile.Frame(4, key.FrameNumber, 500, isJpeg: true),
        };
    }

    [Test]
    public async Task ReadFramesAsync_FrameThatDoesNotExist_EndsTheReading()
    {
        await using CodObject series = await StoreAsync(FrameFile.Native(1, 3, 100), FrameFile.Native(2, 1, 100));
        FrameKey[] keys = [new(FrameFile.Uid(2), 1), new(FrameFile.Uid(1), 3), new(FrameFile.Uid(1), 4), new(FrameFile.Uid(2), 1)];
        await using IAsyncEnumerator<DicomFrame> frames = series.ReadFramesAsync(keys).GetAsyncEnumerator();
        Assert.That(await frames.MoveNextAsync(), "the first is of another instance");
        Assert.That(async () => await frames.MoveNextAsync(), Throws.TypeOf<FrameNotFoundException>()
            .With.Property("FrameNumber").EqualTo(4).And.Property("FrameCount").EqualTo(3));
        Assert.That(await frames.MoveNextAsync(), Is.False);
    }

    [Test]
    public async Task ReadFrameAsync_WhatIsNotThere_IsNamed()
    {
        await using CodObject series = await StoreAsync(
            FrameFile.Native(1, 3, 100),
            FrameFile.Image(2, "1", 1, 1, 8).ToArray(),
            FrameFile.Image(3, "2", 7, 5, 8, TransferSyntax.FromUid("1.2.840.10008.1.2.4.102")).Pixels([], [1, 2], [3, 4]).ToArray(),
            FrameFile.Image(4, "3", 7, 5, 8, FrameFile.Jpeg).Pixels([], [0xFF, 0xD8, 0xFF, 1], [1, 2]).ToArray(),
            FrameFile.Image(5, "2", 7, 5, 8).Element(DicomTag.PixelData, DicomVr.OB, new byte[60]).ToArray());
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Enumerable.Range(1, 5).Select(instance => series.GetFrameCount(FrameFile.Uid(instance))), Is.EqualTo(new[] { 3, 0, 2, 3, 2 }));
            Assert.That(async () => await series.ReadFrameAsync(FrameFile.Uid(1), 0), Throws.TypeOf<ArgumentOutOfRangeException>());
            Assert.That(async () => await series.ReadFrameAsync("1.2.3", 1), Throws.TypeOf<InstanceNotFoundException>());
            Assert.That(async () => await series.ReadFrameAsync(FrameFile.Uid(2), 1), Throws.TypeOf<FrameNotFoundException>().With.Message.Contains("no pixel data"));
            foreach (int instance in new[] { 3, 4, 5 })
            {
                Assert.That(async () => await series.ReadFrameAsync(FrameFile.Uid(instance), 1), Throws.TypeOf<FrameUnavailableException>(), $"{instance}");
            }
        }
    }

    [Test]
    public async Task ReadFramesAsync_InstanceThatClaimsBillionsOfFrames_IsRefusedBeforeTheyAreListed()
    {
        await using CodObject series = await StoreAsync(FrameFile.Image(1, "2000000000", 1, 1, 8).Element(DicomTag.PixelData, DicomVr.OB, new byte[2]).ToArray());
        int count = series.GetFrameCount(FrameFile.Uid(1));
        int listed = 0;
        IEnumerable<int> numbers = Enumerable.Range(1, count).Select(number => ++listed < 10_000_000 ? number : throw new NotSupportedException());
        using (Assert.EnterMultipleScope())
        {
            Assert.That(() => series.ReadFramesAsync(FrameFile.Uid(1)), Throws.TypeOf<FrameUnavailableException>());
            Assert.That(() => series.ReadFramesAsync(FrameFile.Uid(1), numbers), Throws.TypeOf<FrameUnavailableException>());
            Assert.That(listed, Is.Zero);
            Assert.That(
                () => series.ReadFramesAsync(numbers.Select(number => new FrameKey(FrameFile.Uid(1), number))), Throws.TypeOf<FrameUnavailableException>());
        }
    }

    [Test]
    public async Task ReadFrameAsync_FragmentsThatPythonTookForFrames_AreNotGivenOut()
    {
        var golden = new GoldenSeries("odd_encap_nf__v2");
        golden.CopyTo(_store.StorePath);
        await using CodObject series = await _store.OpenAsync(golden.Id, CodMode.Read);
        string uid = series.GetInstances().Single(instance => instance.Record!.Frames is not null).Record!.Uid;
        for (int number = 1; number <= 9; number++)
        {
            Assert.That(async () => await series.ReadFrameAsync(uid, number), Throws.TypeOf<FrameUnavailableException>(), $"{number}");
        }
    }

    [Test]
    public async Task ReadFrameAsync_WholeInstanceWithOtherBytes_IsRefused()
    {
        byte[] file = FrameFile.Native(1, 1, 1000);
        await _store.StoreAsync(FrameFile.Series, CodMode.Write, [new Instance(Write(file, 0))]);
        await using CodObject series = await _store.OpenAsync(FrameFile.Series, CodMode.Read);
        string archive = Path.Combine(_store.StorePath, "studies", FrameFile.Series.StudyUid, "series", FrameFile.Series.SeriesUid + ".tar");
        DateTime time = File.GetLastWriteTimeUtc(archive);
        byte[] bytes = await File.ReadAllBytesAsync(archive);
        bytes[512 + file.Length - 10] ^= 1;
        await File.WriteAllBytesAsync(archive, bytes);
        File.SetLastWriteTimeUtc(archive, time);
        Assert.That(async () => await series.ReadFrameAsync(FrameFile.Uid(1), 1), Throws.TypeOf<HashMismatchException>());
    }

    /// <summary>Compares every frame of every instance, read alone and together.</summary>
    private static async Task CheckAsync(CodObject series, Func<Instance, string> nameOf)
    {
        foreach (Instance instance in series.GetInstances())
        {
            string uid = instance.Record!.Uid;
            string name = nameOf(instance);
            string?[] expected = FrameIndexTests.Independent.TryGetProperty(name, out JsonElement hashes)
                ? [.. hashes.EnumerateArray().Select(hash => hash.GetString())]
                : [await HashSingleAsync(name)];
            List<string> together = await series.ReadFramesAsync(uid).Select(frame => FrameIndexTests.Hash(frame.Bytes.ToArray())).ToListAsync();
            Assert.That(together, Is.EqualTo(expected), name);
            for (int number = 1; number <= expected.Length; number++)
            {
                DicomFrame frame = await series.ReadFrameAsync(uid, number);
                Assert.That(FrameIndexTests.Hash(frame.Bytes.ToArray()), Is.EqualTo(expected[number - 1]), $"{name} {number}");
            }
        }
    }

    /// <summary>The pixels of a file with one frame.</summary>
    private static async Task<string> HashSingleAsync(string name)
    {
        byte[] file = Part10ReaderTests.Load(name);
        using DicomDataset dataset = await Part10Reader.ReadAsync(file);
        DicomElement pixels = dataset[dataset.Find(DicomTag.PixelData)];
        return FrameIndexTests.Hash(FrameIndexTests.Cut(file, dataset, new ByteRange(pixels.ValueOffset, pixels.Length)));
    }

    private async Task<CodObject> StoreAsync(params byte[][] files)
    {
        await _store.StoreAsync(FrameFile.Series, CodMode.Write, files.Select(Write));
        return await _store.OpenAsync(FrameFile.Series, CodMode.Read);
    }

    private string Write(byte[] file, int number)
    {
        string path = Path.Combine(_store.Directory, $"{number}.dcm");
        File.WriteAllBytes(path, file);
        return path;
    }

    private static byte[] Pack(bool[] bits)
    {
        var bytes = new byte[(bits.Length + 7) / 8];
        for (int i = 0; i < bits.Length; i++)
        {
            bytes[i / 8] |= (byte)(bits[i] ? 1 << (i % 8) : 0);
        }

        return bytes;
    }
}
