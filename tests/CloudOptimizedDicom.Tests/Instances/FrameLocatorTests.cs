using System.Text.Json.Nodes;
using CloudOptimizedDicom.Metadata;
using CloudOptimizedDicom.Part10;
using CloudOptimizedDicom.Tests.Golden;
using CloudOptimizedDicom.Tests.Part10;

namespace CloudOptimizedDicom.Tests.Instances;

public sealed class FrameLocatorTests
{
    private const int Frames = 3;
    private const int FrameBytes = 7 * 6 * 2;

    private static readonly TransferSyntax[] NativeSyntaxes =
        [TransferSyntax.ExplicitVrLittleEndian, TransferSyntax.ImplicitVrLittleEndian, TransferSyntax.ExplicitVrBigEndian];

    /// <summary>The archives are the same in both versions, so one serves where only the metadata of the other is kept.</summary>
    [TestCase("mf_native__v1", "mf_native__v1", 4)]
    [TestCase("mf_native__v2", "mf_native__v2", 4)]
    [TestCase("mf_rle__v1", "mf_rle__v2", 4)]
    [TestCase("mf_rle__v2", "mf_rle__v2", 4)]
    [TestCase("mf_jpeg__v1", "mf_jpeg__v1", 5)]
    [TestCase("mf_jpeg__v2", "mf_jpeg__v2", 5)]
    public async Task ResolveAsync_RecordsOfPython_CutTheFramesThatAnotherReaderCuts(string metadata, string archive, int tables)
    {
        byte[] tar = await File.ReadAllBytesAsync(Repository.TestData("cod", archive, "series.tar"));
        SeriesMetadata series = SeriesMetadata.Parse(new GoldenSeries(metadata).Metadata, "metadata.json");
        int checkedTables = 0;
        foreach (InstanceRecord record in series.Instances)
        {
            byte[] file = tar[(int)record.ArchiveRange.Offset..(int)record.ArchiveRange.End];
            string name = record.OriginalPath.Split("/dicom/")[1];
            checkedTables += await CheckFramesAsync(record, file, name) ? 1 : 0;
        }

        Assert.That(checkedTables, Is.EqualTo(tables));
    }

    [Test]
    public async Task ResolveAsync_RecordsOfOurs_CutTheFramesThatAnotherReaderCuts(
        [ValueSource(typeof(FrameIndexTests), nameof(FrameIndexTests.IndependentFiles))] string name, [Values] MetadataVersion version)
    {
        byte[] file = Part10ReaderTests.Load(name);
        InstanceRecord record = await TestRecord.CreateAsync(file, version: version);
        Assert.That(await CheckFramesAsync(record, file, name));
        Assert.That(await FrameLocator.ResolveAsync(record, new RecordedReads(file).ReadAsync, default), Is.SameAs(record.Frames));
    }

    [Test]
    public async Task ResolveAsync_PixelsThatEndTheInstance_AreProvenBySizeAlone(
        [ValueSource(nameof(NativeSyntaxes))] TransferSyntax syntax, [Values(0, 8)] int shift, [Values(0, 1)] int padding)
    {
        // An odd number of bytes in all, so that one more may make it even.
        (byte[] file, long start) = Native(syntax, rows: 7, columns: 5, bits: 8, padding: padding);
        await CheckNativeAsync(file, start, 35, shift, expectedReads: 0);
    }

    [Test]
    public async Task ResolveAsync_PixelsWithElementsBehindThem_AreProvenByTheirHeader(
        [ValueSource(nameof(NativeSyntaxes))] TransferSyntax syntax, [Values(0, 8)] int shift)
    {
        (byte[] file, long start) = Native(syntax, trailing: 30);
        List<ByteRange> reads = await CheckNativeAsync(file, start, FrameBytes, shift, expectedReads: 1);
        Assert.That(reads[0].Length, Is.EqualTo(20));
    }

    [TestCase(0, 1)]
    [TestCase(8, 2)]
    public async Task ResolveAsync_HeaderInBothPlaces_IsDecidedByTheWholeInstance(int shift, int expectedReads)
    {
        // The length of these pixels reads as their tag, and the first of them as what follows a tag.
        const int Length = 0x00107FE0;
        byte[] pixels = new byte[Length];
        "OW\0\0"u8.CopyTo(pixels);
        BitConverter.TryWriteBytes(pixels.AsSpan(4), Length);
        DicomFileBuilder image = Image(TransferSyntax.ExplicitVrLittleEndian, 2, 16, Length / 2 / 16, 8);
        long start = image.Position + 12;
        byte[] file = image.Element(DicomTag.PixelData, DicomVr.OW, pixels).Element(DicomTag.DataSetTrailingPadding, DicomVr.OB, new byte[30]).ToArray();
        await CheckNativeAsync(file, start, Length / 2, shift, expectedReads, frames: 2);
    }

    [TestCase(-8)]
    [TestCase(-4)]
    [TestCase(1)]
    [TestCase(4)]
    [TestCase(16)]
    public async Task ResolveAsync_NativeFramesElsewhere_AreFoundInTheWholeInstance(int shift)
    {
        foreach (int trailing in new[] { 0, 30 })
        {
            (byte[] file, long start) = Native(TransferSyntax.ExplicitVrLittleEndian, trailing: trailing);
            List<ByteRange> reads = await CheckNativeAsync(file, start, FrameBytes, shift, expectedReads: 2);
            Assert.That(reads[1], Is.EqualTo(new ByteRange(0, file.Length)));
        }
    }

    [TestCase(new long[] { 0, 0, 0 }, new long[] { FrameBytes, FrameBytes, FrameBytes }, Description = "all the same")]
    [TestCase(new long[] { 0, 80, 160 }, new long[] { FrameBytes, FrameBytes, FrameBytes }, Description = "overlapping")]
    [TestCase(new long[] { 0, 100, 200 }, new long[] { FrameBytes, FrameBytes, FrameBytes }, Description = "apart")]
    [TestCase(new long[] { 0, 84, 168 }, new long[] { FrameBytes, FrameBytes, FrameBytes + 8 }, Description = "of other lengths")]
    [TestCase(new long[] { 0, 85, 170 }, new long[] { 85, 85, 85 }, Description = "of another length")]
    [TestCase(new long[] { 0, 84 }, new long[] { FrameBytes, FrameBytes }, Description = "too few")]
    [TestCase(new long[] { 0, 84, 168, 252 }, new long[] { FrameBytes, FrameBytes, FrameBytes, FrameBytes }, Description = "too many")]
    [TestCase(new long[] { 1000, 1084, 1168 }, new long[] { FrameBytes, FrameBytes, FrameBytes }, Description = "outside")]
    [TestCase(new long[] { 0, 1L << 62, long.MaxValue - 200 }, new long[] { 1L << 61, 100, 1 }, Description = "absurd")]
    public async Task ResolveAsync_TableThatCannotBe_IsReplacedByThatOfTheInstance(long[] offsets, long[] lengths)
    {
        (byte[] file, long start) = Native(TransferSyntax.ExplicitVrLittleEndian);
        long[] absolute = [.. offsets.Select(offset => Math.Min(offset, long.MaxValue - 1000) + start)];
        InstanceRecord record = await TestRecord.CreateAsync(file, TestRecord.WithFrames(absolute, lengths));
        AssertAdjacent(await FrameLocator.ResolveAsync(record, new RecordedReads(file).ReadAsync, default), start, FrameBytes, Frames);
    }

    [TestCase(new long[] { 0, 16, 30 }, new long[] { 8, 6, 10 }, Description = "fragments taken for frames")]
    [TestCase(new long[] { 0, 30 }, new long[] { 22, 10 }, Description = "of another number")]
    [TestCase(new long[] { 0, 8, 16 }, new long[] { 8, 8, 8 }, Description = "without headers between them")]
    [TestCase(new long[] { 30, 16, 0 }, new long[] { 8, 6, 10 }, Description = "backwards")]
    [TestCase(new long[] { 0, 16, 30 }, new long[] { 8, 6, 1000 }, Description = "outside")]
    public async Task ResolveAsync_EncapsulatedFramesThatCannotBe_AreNull(long[] offsets, long[] lengths)
    {
        DicomFileBuilder image = Image(TransferSyntax.FromUid("1.2.840.10008.1.2.4.50"), 3, 7, 5, 8);
        long start = image.Position + 12 + 8 + 8;
        byte[] file = image.Pixels([], [0xFF, 0xD8, 0xFF, 1, 2, 3, 4, 5], [6, 7, 8, 9, 10, 11], [0xFF, 0xD8, 0xFF, 12, 13, 14, 15, 16, 17, 18]).ToArray();
        InstanceRecord record = await TestRecord.CreateAsync(file, TestRecord.WithFrames([.. offsets.Select(offset => offset + start)], lengths));
        Assert.That(await FrameLocator.ResolveAsync(record, new RecordedReads(file).ReadAsync, default), Is.Null);
    }

    [Test]
    public async Task ResolveAsync_FragmentsThatPythonTookForFrames_AreNull()
    {
        SeriesMetadata series = SeriesMetadata.Parse(new GoldenSeries("odd_encap_nf__v2").Metadata, "metadata.json");
        InstanceRecord record = series.Instances.Single(instance => instance.Frames is not null);
        byte[] file = Part10ReaderTests.Load("odd_encap_nf/9fragments_nf9.dcm");
        Assert.That(await FrameLocator.ResolveAsync(record, new RecordedReads(file).ReadAsync, default), Is.Null);
    }

    [TestCase("odd_nf_mismatch__v2")]
    [TestCase("odd_nf2_nopixels__v2")]
    public async Task ResolveAsync_NoTable_IsNullWithoutARead(string goldenCase)
    {
        foreach (InstanceRecord record in SeriesMetadata.Parse(new GoldenSeries(goldenCase).Metadata, "metadata.json").Instances.Where(record => record.Frames is null))
        {
            var reads = new RecordedReads([]);
            Assert.That((await FrameLocator.ResolveAsync(record, reads.ReadAsync, default), reads.Ranges.Count), Is.EqualTo(((FrameIndex?)null, 0)));
        }
    }

    [Test]
    public async Task ResolveAsync_DeflatedInstance_HasNoFramesInTheFile()
    {
        (byte[] file, long start) = Native(TransferSyntax.ExplicitVrLittleEndian);
        InstanceRecord record = await TestRecord.CreateAsync(file, json =>
        {
            json["metadata"]!["00020010"]!["Value"] = new JsonArray(TransferSyntax.DeflatedExplicitVrLittleEndian.Uid);
            TestRecord.WithFrames([start, start + FrameBytes, start + (2 * FrameBytes)], [FrameBytes, FrameBytes, FrameBytes])(json);
        });
        var reads = new RecordedReads(file);
        Assert.That((await FrameLocator.ResolveAsync(record, reads.ReadAsync, default), reads.Ranges.Count), Is.EqualTo(((FrameIndex?)null, 0)));
    }

    [Test]
    public async Task ResolveAsync_LargeInstanceThatMustBeParsed_GoesByInWindows()
    {
        const int Large = 2000 * 1500;
        (byte[] file, long start) = Native(TransferSyntax.ExplicitVrLittleEndian, rows: 2000, columns: 1500, bits: 8);
        List<ByteRange> reads = await CheckNativeAsync(file, start, Large, shift: 4, expectedReads: 4);
        Assert.That(reads.Skip(1).Select(range => range.Length), Is.All.AtMost(4 * 1024 * 1024));
        Assert.That(reads.Skip(1).Sum(range => range.Length), Is.EqualTo(file.Length));
    }

    /// <summary>Whether there is a table; each frame is compared, and reads are counted by what the file leaves open.</summary>
    private static async Task<bool> CheckFramesAsync(InstanceRecord record, byte[] file, string name)
    {
        var reads = new RecordedReads(file);
        FrameIndex? frames = await FrameLocator.ResolveAsync(record, reads.ReadAsync, default);
        bool needsRead = frames is not null && record.Metadata.GetString(DicomTag.TransferSyntaxUID) is { } uid
            && TransferSyntax.FromUid(uid).IsEncapsulated == true && !name.Contains("_bot.", StringComparison.Ordinal) && !name.EndsWith("/bot.dcm", StringComparison.Ordinal);
        Assert.That(reads.Ranges, Has.Count.EqualTo(needsRead ? 1 : 0), name);
        if (frames is null)
        {
            return false;
        }

        using DicomDataset dataset = await Part10Reader.ReadAsync(file);
        Assert.That(
            Enumerable.Range(0, frames.Count).Select(i => FrameIndexTests.Hash(FrameIndexTests.Cut(file, dataset, frames[i]))),
            Is.EqualTo(FrameIndexTests.Independent.GetProperty(name).EnumerateArray().Select(hash => hash.GetString())),
            name);
        return true;
    }

    /// <summary>Resolves a table that is too high by <paramref name="shift"/>; returns what was read.</summary>
    private static async Task<List<ByteRange>> CheckNativeAsync(byte[] file, long start, int length, int shift, int expectedReads, int frames = Frames)
    {
        long[] offsets = [.. Enumerable.Range(0, frames).Select(i => start + shift + ((long)i * length))];
        InstanceRecord record = await TestRecord.CreateAsync(file, TestRecord.WithFrames(offsets, [.. Enumerable.Repeat((long)length, frames)]));
        var reads = new RecordedReads(file);
        AssertAdjacent(await FrameLocator.ResolveAsync(record, reads.ReadAsync, default), start, length, frames);
        Assert.That(reads.Ranges, Has.Count.EqualTo(expectedReads));
        return reads.Ranges;
    }

    private static void AssertAdjacent(FrameIndex? actual, long start, int length, int frames) => Assert.That(
        Enumerable.Range(0, actual!.Count).Select(i => actual[i]),
        Is.EqualTo(Enumerable.Range(0, frames).Select(i => new ByteRange(start + ((long)i * length), length))));

    private static (byte[] File, long PixelStart) Native(
        TransferSyntax syntax, ushort rows = 7, ushort columns = 6, ushort bits = 16, int padding = 0, int trailing = 0)
    {
        DicomFileBuilder image = Image(syntax, Frames, rows, columns, bits);
        long start = image.Position + (syntax.IsExplicitVr ? 12 : 8);
        image.Element(DicomTag.PixelData, DicomVr.OW, new byte[(Frames * rows * columns * bits / 8) + padding]);
        return (trailing == 0 ? image.ToArray() : image.Element(DicomTag.DataSetTrailingPadding, DicomVr.OB, new byte[trailing]).ToArray(), start);
    }

    private static DicomFileBuilder Image(TransferSyntax syntax, int frames, ushort rows, ushort columns, ushort bits) =>
        DicomFileBuilder.Create(syntax)
            .Element(DicomTag.SamplesPerPixel, 1)
            .Element(DicomTag.PhotometricInterpretation, DicomVr.CS, "MONOCHROME2")
            .Element(DicomTag.NumberOfFrames, DicomVr.IS, $"{frames}")
            .Element(DicomTag.Rows, rows)
            .Element(DicomTag.Columns, columns)
            .Element(DicomTag.BitsAllocated, bits);
}
