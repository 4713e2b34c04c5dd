using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text.Json;
using CloudOptimizedDicom.Part10;
using CloudOptimizedDicom.Tests.Golden;

namespace CloudOptimizedDicom.Tests.Part10;

public sealed class FrameIndexTests
{
    internal static readonly JsonElement Independent =
        JsonDocument.Parse(File.ReadAllBytes(Repository.TestData("independent", "frames.json"))).RootElement;

    private static readonly TransferSyntax Jpeg = TransferSyntax.FromUid("1.2.840.10008.1.2.4.50");
    private static readonly TransferSyntax Video = TransferSyntax.FromUid("1.2.840.10008.1.2.4.102");
    private static readonly TransferSyntax Deflated = TransferSyntax.DeflatedExplicitVrLittleEndian;

    /// <summary>The three fragments of two frames, of 8, 6 and 10 bytes, that the tables in these tests speak of.</summary>
    private static readonly byte[][] TwoFrames = [[0xFF, 0xD8, 0xFF, 1, 2, 3, 4, 5], [6, 7, 8, 9, 10, 11], [0xFF, 0xD8, 0xFF, 12, 13, 14, 15, 16, 17, 18]];

    internal static IEnumerable<string> IndependentFiles() => Independent.EnumerateObject().Select(file => file.Name);

    internal static IEnumerable<GoldenInstance> PythonIndexes() =>
        from goldenCase in new[] { "mf_native__v2", "mf_rle__v2", "mf_jpeg__v2" }
        from instance in GoldenInstance.Load(goldenCase)
        where instance.Expected.GetProperty("offset_tables").EnumerateObject().Any()
        select instance;

    [TestCaseSource(nameof(IndependentFiles))]
    public async Task Build_File_CutsTheFramesThatAnotherReaderCuts(string file)
    {
        byte[] bytes = Part10ReaderTests.Load(file);
        using DicomDataset dataset = await Part10Reader.ReadAsync(bytes);
        FrameIndex index = FrameIndexBuilder.Build(dataset)!;
        IEnumerable<string> hashes = Enumerable.Range(0, index.Count).Select(i => Hash(Cut(bytes, dataset, index[i])));
        Assert.That(hashes, Is.EqualTo(Independent.GetProperty(file).EnumerateArray().Select(hash => hash.GetString())));
    }

    [TestCaseSource(nameof(PythonIndexes))]
    public async Task Build_FileThatPythonIndexed_IsTheSameBehindTheEightBytesThatPythonAddsToNativePixels(object golden)
    {
        var instance = (GoldenInstance)golden;
        using DicomDataset dataset = await Part10Reader.ReadAsync(await File.ReadAllBytesAsync(instance.InputPath));
        FrameIndex index = FrameIndexBuilder.Build(dataset)!;
        JsonElement tables = instance.Expected.GetProperty("offset_tables");
        int shift = dataset.TransferSyntax.IsEncapsulated == true ? 0 : 8;
        long[] offsets = [.. tables.GetProperty("CustomOffsetTable").EnumerateArray().Select(offset => offset.GetInt64() - shift)];
        long[] lengths = [.. tables.GetProperty("CustomOffsetTableLengths").EnumerateArray().Select(length => length.GetInt64())];
        Assert.That((index.Offsets.ToArray(), index.Lengths.ToArray()), Is.EqualTo((offsets, lengths)));
    }

    [TestCase("odd_encap_nf/9fragments_nf9.dcm")]
    [TestCase("odd_encap_nf/bot3_nf2.dcm")]
    [TestCase("odd_nf_mismatch/odd_nf_mismatch.dcm")]
    [TestCase("odd_nf_text/odd_nf_text.dcm")]
    [TestCase("odd_nf2_nopixels/odd_nf2_nopixels.dcm")]
    [TestCase("mf_native/one_frame.dcm")]
    [TestCase("mf_jpeg/single.dcm")]
    public async Task Build_FileWhoseFramesCannotBeToldApart_IsNull(string file)
    {
        using DicomDataset dataset = await Part10Reader.ReadAsync(Part10ReaderTests.Load(file));
        Assert.That(FrameIndexBuilder.Build(dataset), Is.Null);
    }

    [TestCase(3, 8, 1, "MONOCHROME2", 3 * 7 * 5, ExpectedResult = 35)]
    [TestCase(3, 8, 1, "MONOCHROME2", (3 * 7 * 5) + 41, ExpectedResult = 35, Description = "padding of any length behind the last frame")]
    [TestCase(3, 8, 1, "MONOCHROME2", (3 * 7 * 5) - 1, ExpectedResult = null, Description = "a frame is cut short")]
    [TestCase(2, 16, 1, "MONOCHROME2", 140, ExpectedResult = 70)]
    [TestCase(2, 8, 3, "RGB", 210, ExpectedResult = 105)]
    [TestCase(2, 8, 3, "YBR_FULL_422", 140, ExpectedResult = 70)]
    [TestCase(2, 16, 3, "YBR_PARTIAL_422", 280, ExpectedResult = 140)]
    [TestCase(2, 1, 1, "MONOCHROME2", 10, ExpectedResult = null, Description = "a frame of 35 bits ends inside a byte")]
    [TestCase(8, 1, 1, "MONOCHROME2", 36, ExpectedResult = null)]
    [TestCase(2, 0, 1, "MONOCHROME2", 36, ExpectedResult = null)]
    public async Task<long?> Build_NativeFrames_AreAsLongAsTheFileSays(int frames, int bits, int samples, string photometric, int pixelBytes)
    {
        DicomFileBuilder file = Image(frames.ToString(), bits, samples, photometric);
        long start = file.Position + 12;
        return await BuildNativeAsync(file.Element(DicomTag.PixelData, DicomVr.OB, new byte[pixelBytes]), frames, start);
    }

    [Test]
    public async Task Build_FramesOfWholeBytesInBits_AreCutBetweenBytes()
    {
        DicomFileBuilder file = Image("3", 1, 1, "MONOCHROME2", rows: 4, columns: 6);
        long start = file.Position + 12;
        Assert.That(await BuildNativeAsync(file.Element(DicomTag.PixelData, DicomVr.OB, new byte[10]), 3, start), Is.EqualTo(3));
    }

    [TestCase("2", ExpectedResult = true)]
    [TestCase(" 2", ExpectedResult = true)]
    [TestCase("1", ExpectedResult = false)]
    [TestCase("0", ExpectedResult = false)]
    [TestCase("-2", ExpectedResult = false)]
    [TestCase("two", ExpectedResult = false)]
    [TestCase("2.0", ExpectedResult = false)]
    [TestCase("2\\2", ExpectedResult = false)]
    [TestCase("99999999999999999999", ExpectedResult = false)]
    [TestCase("2147483647", ExpectedResult = false)]
    public async Task<bool> Build_NumberOfFrames_IsTakenOnlyAsAnIntegerAboveOne(string numberOfFrames)
    {
        byte[] file = Image(numberOfFrames, 8, 1, "MONOCHROME2").Element(DicomTag.PixelData, DicomVr.OB, new byte[70]).ToArray();
        using DicomDataset dataset = await Part10Reader.ReadAsync(file);
        return FrameIndexBuilder.Build(dataset) is not null;
    }

    [Test]
    public async Task Build_ProductOfSizesBeyondSixtyFourBits_IsNull()
    {
        // (2^29 + 2^15 + 1) * (2^29 - 2^15 + 1) * 64 is 2^64 + 64, which in 64 bits would pass for frames of eight bytes.
        byte[] file = DicomFileBuilder.Create().Element(DicomTag.SamplesPerPixel, 1).Element(DicomTag.NumberOfFrames, DicomVr.IS, "2")
            .Element(DicomTag.Rows, DicomVr.UL, BitConverter.GetBytes((1u << 29) + (1u << 15) + 1))
            .Element(DicomTag.Columns, DicomVr.UL, BitConverter.GetBytes((1u << 29) - (1u << 15) + 1))
            .Element(DicomTag.BitsAllocated, 64)
            .Element(DicomTag.PixelData, DicomVr.OB, new byte[4096]).ToArray();
        using DicomDataset dataset = await Part10Reader.ReadAsync(file);
        Assert.That(FrameIndexBuilder.Build(dataset), Is.Null);
    }

    [TestCase(4_000_000, ExpectedResult = true)]
    [TestCase(4_000_001, ExpectedResult = false)]
    public async Task<bool> Build_FramesOfOneByte_AreIndexedToALimit(int frames)
    {
        byte[] file = Image($"{frames}", 8, 1, "MONOCHROME2", rows: 1, columns: 1)
            .Element(DicomTag.PixelData, DicomVr.OB, new byte[frames]).ToArray();
        using DicomDataset dataset = await Part10Reader.ReadAsync(file);
        return FrameIndexBuilder.Build(dataset) is not null;
    }

    [TestCase(new uint[] { 0, 30 }, Description = "right")]
    [TestCase(new uint[0], Description = "empty")]
    [TestCase(new uint[] { 0, 31 }, Description = "beside a fragment")]
    [TestCase(new uint[] { 0, 0 }, Description = "twice the same")]
    [TestCase(new uint[] { 30, 0 }, Description = "backwards")]
    [TestCase(new uint[] { 16, 30 }, Description = "the first fragment belongs to nobody")]
    [TestCase(new uint[] { 0, 4000000000 }, Description = "behind the end")]
    [TestCase(new uint[] { 0 }, Description = "too short")]
    [TestCase(new uint[] { 0, 16, 30 }, Description = "too long")]
    public async Task Build_BasicOffsetTable_IsUsedOrTheCodestreamsAre(uint[] table)
    {
        DicomFileBuilder file = Image("2", 8, 1, "MONOCHROME2", syntax: Jpeg);
        long start = file.Position + 12 + 8 + (table.Length * 4) + 8;
        Assert.That(await BuildAsync(file.Pixels(table, TwoFrames)), Is.EqualTo(new[] { (start, 22L), (start + 30, 10L) }));
    }

    [Test]
    public async Task Build_BasicOffsetTableThatLiesPlausibly_IsBelieved()
    {
        DicomFileBuilder file = Image("2", 8, 1, "MONOCHROME2", syntax: Jpeg);
        long start = file.Position + 12 + 8 + 8 + 8;
        Assert.That(await BuildAsync(file.Pixels([0, 16], TwoFrames)), Is.EqualTo(new[] { (start, 8L), (start + 16, 24L) }));
    }

    [TestCase(new long[] { 0, 30 }, Description = "right")]
    [TestCase(new long[] { 0, 29 }, Description = "wrong: the empty basic table and the codestreams are left")]
    [TestCase(new long[] { 0, long.MinValue })]
    public async Task Build_ExtendedOffsetTable_IsUsedOrTheCodestreamsAre(long[] table)
    {
        byte[] tableBytes = new byte[table.Length * sizeof(long)];
        for (int i = 0; i < table.Length; i++)
        {
            BinaryPrimitives.WriteInt64LittleEndian(tableBytes.AsSpan(i * sizeof(long)), table[i]);
        }

        DicomFileBuilder file = Image("2", 8, 1, "MONOCHROME2", syntax: Jpeg).Element(DicomTag.ExtendedOffsetTable, DicomVr.OV, tableBytes);
        long start = file.Position + 12 + 8 + 8;
        Assert.That(await BuildAsync(file.Pixels([], TwoFrames)), Is.EqualTo(new[] { (start, 22L), (start + 30, 10L) }));
    }

    [TestCase("3", false, Description = "as many fragments as frames, but not all begin one")]
    [TestCase("4", false, Description = "fewer fragments than frames")]
    public async Task Build_NumberOfFramesOtherThanTheCodestreams_IsNull(string numberOfFrames, bool isIndexed)
    {
        DicomFileBuilder file = Image(numberOfFrames, 8, 1, "MONOCHROME2", syntax: Jpeg).Pixels([], TwoFrames);
        Assert.That(await BuildAsync(file) is not null, Is.EqualTo(isIndexed));
    }

    [Test]
    public async Task Build_UnknownTransferSyntax_TakesEachFragmentForAFrame()
    {
        DicomFileBuilder file = Image("3", 8, 1, "MONOCHROME2", syntax: TransferSyntax.FromUid("1.2.3.4"));
        long start = file.Position + 12 + 8 + 8;
        Assert.That(await BuildAsync(file.Pixels([], TwoFrames)), Is.EqualTo(new[] { (start, 8L), (start + 16, 6L), (start + 30, 10L) }));
    }

    [Test]
    public async Task Build_Video_IsNull() => Assert.That(await BuildAsync(Image("3", 8, 1, "YBR_PARTIAL_420", syntax: Video).Pixels([], TwoFrames)), Is.Null);

    [Test]
    public async Task Build_PixelsWithinADeflatedDataset_AreNotInTheFile()
    {
        using DicomDataset dataset = await Part10Reader.ReadAsync(Image("2", 8, 1, "MONOCHROME2").Element(DicomTag.PixelData, DicomVr.OB, new byte[70]).ToArray());
        dataset.TransferSyntax = Deflated;
        Assert.That(FrameIndexBuilder.Build(dataset), Is.Null);
    }

    [Test]
    public async Task Build_FileThatEndsInItsPixels_IsNull()
    {
        byte[] file = Image("2", 8, 1, "MONOCHROME2", syntax: Jpeg).Pixels([0, 30], TwoFrames).ToArray();
        using DicomDataset dataset = await Part10Reader.ReadAsync(file.AsMemory(0, file.Length - 9));
        Assert.That(FrameIndexBuilder.Build(dataset), Is.Null);
    }

    private static DicomFileBuilder Image(
        string frames, int bits, int samples, string photometric, ushort rows = 7, ushort columns = 5, TransferSyntax? syntax = null) =>
        DicomFileBuilder.Create(syntax)
            .Element(DicomTag.SamplesPerPixel, (ushort)samples)
            .Element(DicomTag.PhotometricInterpretation, DicomVr.CS, photometric)
            .Element(DicomTag.NumberOfFrames, DicomVr.IS, frames)
            .Element(DicomTag.Rows, rows)
            .Element(DicomTag.Columns, columns)
            .Element(DicomTag.BitsAllocated, (ushort)bits);

    private static async Task<(long Offset, long Length)[]?> BuildAsync(DicomFileBuilder file)
    {
        using DicomDataset dataset = await Part10Reader.ReadAsync(file.ToArray());
        return FrameIndexBuilder.Build(dataset) is { } index
            ? [.. Enumerable.Range(0, index.Count).Select(i => (index[i].Offset, index[i].Length))]
            : null;
    }

    /// <summary>The length of each frame, when they follow each other from <paramref name="start"/> on.</summary>
    private static async Task<long?> BuildNativeAsync(DicomFileBuilder file, int frames, long start)
    {
        (long Offset, long Length)[]? index = await BuildAsync(file);
        if (index is null)
        {
            return null;
        }

        long length = index[0].Length;
        Assert.That(index, Is.EqualTo(Enumerable.Range(0, frames).Select(i => (start + (i * length), length))));
        return length;
    }

    /// <summary>A frame without the item headers between its fragments.</summary>
    internal static byte[] Cut(byte[] file, DicomDataset dataset, ByteRange range)
    {
        PixelFragment[] fragments = [.. dataset.Fragments.Skip(1).Where(fragment => fragment.Offset >= range.Offset && fragment.End <= range.End)];
        return fragments.Length == 0
            ? file[(int)range.Offset..(int)range.End]
            : [.. fragments.SelectMany(fragment => file[(int)fragment.Offset..(int)fragment.End])];
    }

    internal static string Hash(byte[] frame) => Convert.ToHexStringLower(SHA256.HashData(frame));
}
