using System.Buffers;
using CloudOptimizedDicom.Compression;

namespace CloudOptimizedDicom.Tests.Compression;

public sealed class GzipTests
{
    [Test]
    public void Decompress_MetadataWrittenByPython_IsItsJson()
    {
        byte[] member = File.ReadAllBytes(Repository.TestData("cod", "ct5__v2", "metadata.json.gz"));
        byte[] expected = File.ReadAllBytes(Repository.TestData("cod", "ct5__v2", "metadata.json"));
        Assert.That(Decompress(member), Is.EqualTo(expected));
    }

    [TestCase("1F8B08", true)]
    [TestCase("1F8B", true)]
    [TestCase("1F", false)]
    [TestCase("", false)]
    [TestCase("7B22", false)]
    public void IsGzip_FirstBytes_Decide(string bytes, bool expected) =>
        Assert.That(Gzip.IsGzip(Convert.FromHexString(bytes)), Is.EqualTo(expected));

    [FsCheck.NUnit.Property]
    public bool Decompress_WhatWasCompressed_IsTheSame(byte[] data, byte level) =>
        Decompress(Gzip.Compress(data, level % 10), data.Length).SequenceEqual(data);

    [FsCheck.NUnit.Property]
    public bool Decompress_SeveralMembers_AreJoined(byte[] first, byte[] second, byte[] third) =>
        Decompress([.. Gzip.Compress(first), .. Gzip.Compress(second), .. Gzip.Compress(third)])
            .SequenceEqual([.. first, .. second, .. third]);

    [Test]
    public void Decompress_LargeData_IsTheSame([Values(65_519, 65_536, 3_000_000)] int length)
    {
        byte[] data = new byte[length];
        new Random(length).NextBytes(data);
        Assert.That(Decompress(Gzip.Compress(data), length).AsSpan().SequenceEqual(data));
    }

    [Test]
    public void Compress_HigherLevel_MakesTheMemberSmaller()
    {
        byte[] text = File.ReadAllBytes(Repository.TestData("dropped_elements.json"));
        Assert.That(Gzip.Compress(text, 9), Has.Length.LessThan(Gzip.Compress(text, 1).Length));
    }

    [TestCase(2)]
    [TestCase(99_999)]
    public void Decompress_OverTheLimit_IsRefused(int maxBytes)
    {
        var destination = new ArrayBufferWriter<byte>();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(() => Gzip.Decompress(Gzip.Compress(new byte[100_000]), destination, maxBytes),
                Throws.TypeOf<CompressedDataException>().With.Property(nameof(CompressedDataException.MaxBytes)).EqualTo(maxBytes));
            Assert.That(destination.WrittenCount, Is.LessThanOrEqualTo(maxBytes));
        }
    }

    [Test]
    public void Decompress_Bomb_IsRefusedWithoutMemoryForItsContent([Values] bool hidesItsLength)
    {
        // Only the last member tells its length, which may be 0.
        byte[] bomb = [.. Gzip.Compress(new byte[100 << 20]), .. hidesItsLength ? Gzip.Compress([]) : []];
        var destination = new ArrayBufferWriter<byte>();
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.That(() => Gzip.Decompress(bomb, destination, 16 << 20), Throws.TypeOf<CompressedDataException>());
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(2 << 20));
    }

    [Test]
    public void Decompress_VeryRegularContent_IsAllocatedOnce()
    {
        byte[] member = Gzip.Compress(new byte[50 << 20]);
        var destination = new ArrayBufferWriter<byte>();
        long before = GC.GetAllocatedBytesForCurrentThread();
        Gzip.Decompress(member, destination, 50 << 20);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(52 << 20));
            Assert.That(destination.WrittenCount, Is.EqualTo(50 << 20));
        }
    }

    [Test]
    public void Decompress_CutAnywhere_IsRefused()
    {
        byte[] member = Gzip.Compress(File.ReadAllBytes(Repository.TestData("dicom", "ct5", "0.dcm")));
        using (Assert.EnterMultipleScope())
        {
            for (int length = 0; length < member.Length; length++)
            {
                Assert.That(() => Decompress(member[..length]), Throws.TypeOf<CompressedDataException>(), $"{length} bytes");
            }
        }
    }

    [TestCase("00")]
    [TestCase("1F")]
    [TestCase("1F8B")]
    [TestCase("7B7D00000000000000000000000000000000000000")]
    public void Decompress_SomethingBehindTheMember_IsRefused(string tail) =>
        Assert.That(() => Decompress([.. Gzip.Compress([1, 2, 3]), .. Convert.FromHexString(tail)]),
            Throws.TypeOf<CompressedDataException>());

    [FsCheck.NUnit.Property]
    public bool Decompress_DamagedMember_IsRefusedOrInflatesToTheSame(ushort position, byte bit)
    {
        byte[] data = File.ReadAllBytes(Repository.TestData("dicom", "ct5", "0.dcm"));
        byte[] member = Gzip.Compress(data);
        member[position * 31 % member.Length] ^= (byte)(1 << (bit % 8));
        try
        {
            return Decompress(member).SequenceEqual(data);
        }
        catch (CompressedDataException)
        {
            return true;
        }
    }

    private static byte[] Decompress(byte[] members, long maxBytes = int.MaxValue)
    {
        var data = new ArrayBufferWriter<byte>();
        Gzip.Decompress(members, data, maxBytes);
        return data.WrittenSpan.ToArray();
    }
}
