using System.Buffers;
using System.Text.Json;
using CloudOptimizedDicom.Compression;

namespace CloudOptimizedDicom.Tests.Compression;

public sealed class ZstdTests
{
    private const int NoLimit = int.MaxValue;
    private const int SingleSegmentFlag = 0x20;
    private const int ContentSizeFlags = 0xC0;
    private const int ChecksumFlag = 0x04;

    // One block of the text "abc", stored, in a frame whose header gives a 1 KiB window and no content size.
    private static readonly byte[] FrameWithoutContentSize = Convert.FromHexString("28B52FFD" + "0000" + "190000" + "616263");

    private static readonly string[] GoldenUids =
    [
        .. Directory.GetFiles(Repository.TestData("cod", "ct5__v2", "dicom_json"), "*.json")
            .Select(path => Path.GetFileNameWithoutExtension(path)),
    ];

    [TestCaseSource(nameof(GoldenUids))]
    public void Decompress_MetadataWrittenByPython_IsItsJson(string uid)
    {
        using var metadata = JsonDocument.Parse(File.ReadAllBytes(Repository.TestData("cod", "ct5__v2", "metadata.json")));
        byte[] frame = metadata.RootElement
            .GetProperty("cod").GetProperty("instances").GetProperty(uid).GetProperty("metadata").GetBytesFromBase64();
        byte[] expected = File.ReadAllBytes(Repository.TestData("cod", "ct5__v2", "dicom_json", uid + ".json"));
        Assert.That(Decompress(frame), Is.EqualTo(expected));
    }

    [TestCase(0)]
    [TestCase(255)]
    [TestCase(256)]
    [TestCase(13_000)]
    [TestCase(1_000_000)]
    public void Compress_AnyLength_GivesContentSizeAndNoChecksum(int length)
    {
        byte[] frame = Compress(new byte[length]);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(frame[..4], Is.EqualTo(new byte[] { 0x28, 0xB5, 0x2F, 0xFD }));
            Assert.That(frame[4] & (SingleSegmentFlag | ContentSizeFlags), Is.Not.Zero);
            Assert.That(frame[4] & ChecksumFlag, Is.Zero);
        }
    }

    [Test]
    public void Compress_LevelOutsideTheRange_Throws([Values(Zstd.MinLevel - 1, Zstd.MaxLevel + 1)] int level) =>
        Assert.That(() => Compress([], level), Throws.InstanceOf<ArgumentOutOfRangeException>());

    [Test]
    public void Compress_HigherLevel_MakesTheFrameSmaller()
    {
        byte[] text = File.ReadAllBytes(Repository.TestData("dropped_elements.json"));
        Assert.That(Compress(text, 19), Has.Length.LessThan(Compress(text, 1).Length));
    }

    [FsCheck.NUnit.Property]
    public bool Decompress_WhatWasCompressed_IsTheSame(byte[] data, byte level) =>
        Decompress(Compress(data, 1 + (level % Zstd.MaxLevel)), data.Length).SequenceEqual(data);

    [Test]
    public void Decompress_LargeData_IsTheSame()
    {
        byte[] data = new byte[5_000_000];
        new Random(1).NextBytes(data.AsSpan(0, 1_000_000));
        Assert.That(Decompress(Compress(data)).AsSpan().SequenceEqual(data));
    }

    [Test]
    public void Decompress_NoContentSize_IsStreamed() => Assert.That(Decompress(FrameWithoutContentSize), Is.EqualTo("abc"u8.ToArray()));

    [Test]
    public void Decompress_SeveralFrames_AreJoined() =>
        Assert.That(Decompress([.. Compress([1, 2]), .. FrameWithoutContentSize, .. Compress([]), .. Compress([3])]),
            Is.EqualTo(new byte[] { 1, 2, (byte)'a', (byte)'b', (byte)'c', 3 }));

    [Test]
    public void Decompress_AsLongAsTheLimit_IsAllowed([Values] bool withContentSize) =>
        Assert.That(Decompress(withContentSize ? Compress([1, 2, 3]) : FrameWithoutContentSize, 3), Has.Length.EqualTo(3));

    [Test]
    public void Decompress_OneByteOverTheLimit_IsRefused([Values] bool withContentSize)
    {
        byte[] frame = withContentSize ? Compress([1, 2, 3]) : FrameWithoutContentSize;
        Assert.That(() => Decompress(frame, 2),
            Throws.TypeOf<CompressedDataException>().With.Property(nameof(CompressedDataException.MaxBytes)).EqualTo(2));
    }

    [Test]
    public void Decompress_SecondFrameOverTheLimit_IsRefused() =>
        Assert.That(() => Decompress([.. Compress([1, 2]), .. Compress([3, 4])], 3),
            Throws.TypeOf<CompressedDataException>().With.Property(nameof(CompressedDataException.MaxBytes)).EqualTo(3));

    [Test]
    public void Decompress_ClaimOfTerabytes_AllocatesNothing()
    {
        byte[] frame = Convert.FromHexString("28B52FFD" + "C000" + "0000000000010000" + "190000" + "616263");
        var destination = new ArrayBufferWriter<byte>();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(() => Zstd.Decompress(frame, destination, 1 << 20), Throws.TypeOf<CompressedDataException>());
            Assert.That(destination.Capacity, Is.Zero);
        }
    }

    [Test]
    public void Decompress_ClaimThatTheBlocksCannotHave_AllocatesNothing()
    {
        // A content size of 100 MiB in front of one stored block of three bytes.
        byte[] frame = Convert.FromHexString("28B52FFD" + "8058" + "00004006" + "190000" + "616263");
        var destination = new ArrayBufferWriter<byte>();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(() => Zstd.Decompress(frame, destination, NoLimit), Throws.TypeOf<CompressedDataException>());
            Assert.That(destination.Capacity, Is.Zero);
        }
    }

    [Test]
    public void Decompress_BombWithinTheLimit_AllocatesItsContentOnce([Values] bool withContentSize)
    {
        const int Blocks = 400;
        const long ContentBytes = Blocks * 128L * 1024;
        byte[] bomb = ZstdBomb.Create(Blocks, withContentSize);
        var destination = new ArrayBufferWriter<byte>();
        long before = GC.GetAllocatedBytesForCurrentThread();
        Zstd.Decompress(bomb, destination, ContentBytes);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(ContentBytes + (1 << 20)));
            Assert.That(destination.WrittenCount, Is.EqualTo(ContentBytes));
        }
    }

    [TestCase("0000" + "190000" + "616263", null)]
    [TestCase("2003" + "190000" + "616263", 3)]
    public void Read_FrameWithOrWithoutContentSize_TellsItsLengthAndContent(string hex, int? contentBytes)
    {
        byte[] bytes = Convert.FromHexString("28B52FFD" + hex);
        var frame = ZstdFrame.Read([.. bytes, 1, 2, 3]);
        Assert.That(frame, Is.EqualTo(new ZstdFrame(bytes.Length, contentBytes, MaxContentBytes: 3)));
    }

    [Test]
    public void Decompress_SkippableFrame_IsPassedOver() =>
        Assert.That(Decompress([.. Convert.FromHexString("502A4D18" + "02000000" + "FFFF"), .. Compress([1, 2])]), Is.EqualTo(new byte[] { 1, 2 }));

    [Test]
    public void Decompress_BombWithoutContentSize_StopsAtTheLimit()
    {
        byte[] frame = ZstdBomb.Create(1000, withContentSize: false);
        var destination = new ArrayBufferWriter<byte>();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(() => Zstd.Decompress(frame, destination, 1 << 20),
                Throws.TypeOf<CompressedDataException>().With.Property(nameof(CompressedDataException.MaxBytes)).EqualTo(1 << 20));
            Assert.That(destination.WrittenCount, Is.LessThanOrEqualTo(1 << 20));
        }
    }

    [Test]
    public void Decompress_CutAnywhere_IsRefused()
    {
        byte[] frame = Compress(File.ReadAllBytes(Repository.TestData("dicom", "ct5", "0.dcm")));
        using (Assert.EnterMultipleScope())
        {
            for (int length = 0; length < frame.Length; length++)
            {
                Assert.That(() => Decompress(frame[..length]), Throws.TypeOf<CompressedDataException>(), $"{length} bytes");
            }
        }
    }

    [TestCase("00")]
    [TestCase("28B5")]
    [TestCase("28B52FFD")]
    [TestCase("6769666200000000")]
    public void Decompress_SomethingBehindTheFrame_IsRefused(string tail) =>
        Assert.That(() => Decompress([.. Compress([1, 2, 3]), .. Convert.FromHexString(tail)]), Throws.TypeOf<CompressedDataException>());

    [FsCheck.NUnit.Property(MaxTest = 300)]
    public bool Decompress_DamagedFrame_IsRefusedOrStaysWithinTheLimit(int position, byte mask)
    {
        byte[] frame = Compress(File.ReadAllBytes(Repository.TestData("dicom", "ct5", "0.dcm")));
        frame[(int)((uint)position % frame.Length)] ^= mask;
        try
        {
            return Decompress(frame, 100_000).Length <= 100_000;
        }
        catch (CompressedDataException)
        {
            return true;
        }
    }

    [Test]
    public void Decompress_AfterADamagedFrame_Works()
    {
        byte[] frame = Compress(new byte[100_000]);
        for (int i = 0; i < 2 * Environment.ProcessorCount; i++)
        {
            Assert.That(() => Decompress(frame[..^1]), Throws.TypeOf<CompressedDataException>());
        }

        Assert.That(Decompress(frame), Has.Length.EqualTo(100_000));
    }

    [Test]
    public void CompressAndDecompress_FromManyThreads_DoNotDisturbEachOther() => Parallel.For(0, 200, seed =>
    {
        byte[] data = new byte[seed * 100];
        new Random(seed).NextBytes(data.AsSpan(data.Length / 2));
        Assert.That(Decompress(Compress(data)), Is.EqualTo(data));
    });

    private static byte[] Compress(byte[] data, int level = Zstd.DefaultLevel)
    {
        var frame = new ArrayBufferWriter<byte>();
        Zstd.Compress(data, frame, level);
        return frame.WrittenSpan.ToArray();
    }

    private static byte[] Decompress(byte[] frames, long maxBytes = NoLimit)
    {
        var data = new ArrayBufferWriter<byte>();
        Zstd.Decompress(frames, data, maxBytes);
        return data.WrittenSpan.ToArray();
    }
}
