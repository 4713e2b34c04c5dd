using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;

namespace CloudOptimizedDicom.Tests.Primitives;

public sealed class Crc32cTests
{
    // RFC 3720 appendix B.4; it prints the bytes of a checksum with the lowest first.
    private static readonly TestCaseData[] Rfc3720Vectors =
    [
        new TestCaseData(new byte[32], 0x8A9136AAu).SetArgDisplayNames("32 bytes of zeros"),
        new TestCaseData(Enumerable.Repeat((byte)0xFF, 32).ToArray(), 0x62A8AB43u).SetArgDisplayNames("32 bytes of ones"),
        new TestCaseData(Enumerable.Range(0, 32).Select(i => (byte)i).ToArray(), 0x46DD794Eu).SetArgDisplayNames("rising"),
        new TestCaseData(Enumerable.Range(0, 32).Select(i => (byte)(31 - i)).ToArray(), 0x113FDB5Cu).SetArgDisplayNames("falling"),
        new TestCaseData(
            Convert.FromHexString("01C000000000000000000000000000001400000000000400000000140000001828000000000000000200000000000000"),
            0xD9963A56u).SetArgDisplayNames("an iSCSI read command"),
    ];

    [TestCaseSource(nameof(Rfc3720Vectors))]
    public void Compute_VectorOfRfc3720_IsItsChecksum(byte[] data, uint expected) =>
        Assert.That(Crc32c.Compute(data), Is.EqualTo(expected));

    [Test]
    public void Compute_CheckString_IsTheCatalogueValue() => Assert.That(Crc32c.Compute("123456789"u8), Is.EqualTo(0xE3069283u));

    [Test]
    public void Compute_EveryDicomFile_IsWhatTheManifestSays()
    {
        using var manifest = JsonDocument.Parse(File.ReadAllBytes(Repository.TestData("dicom_manifest.json")));
        using (Assert.EnterMultipleScope())
        {
            foreach (JsonProperty file in manifest.RootElement.EnumerateObject())
            {
                byte[] data = File.ReadAllBytes(Repository.TestData(["dicom", .. file.Name.Split('/')]));
                string expected = file.Value.GetProperty("crc32c").GetString()!;
                Assert.That(Crc32c.ToBase64(Crc32c.Compute(data)), Is.EqualTo(expected), file.Name);
            }
        }
    }

    [TestCase(3 * 1024 - 1)]
    [TestCase(3 * 1024)]
    [TestCase(6 * 1024 + 7)]
    [TestCase(3 * 65536)]
    [TestCase(1_000_003)]
    public void Compute_LongEnoughForLanes_IsTheBitwiseChecksum(int length)
    {
        byte[] data = RandomBytes(seed: length, length);
        Assert.That(Crc32c.Compute(data), Is.EqualTo(BitwiseChecksum(data)));
    }

    [FsCheck.NUnit.Property]
    public Property Append_InAnyPieces_IsTheChecksumOfTheWhole() => Prop.ForAll(
        ArbMap.Default.ArbFor<(int Seed, PositiveInt[] Pieces)>(),
        input =>
        {
            int[] lengths = [.. input.Pieces.Select(piece => piece.Get * 97)];
            byte[] data = RandomBytes(input.Seed, lengths.Sum());
            var crc = default(Crc32c);
            int offset = 0;
            foreach (int length in lengths)
            {
                crc.Append(data.AsSpan(offset, length));
                offset += length;
            }

            return crc.Value == BitwiseChecksum(data);
        });

    [FsCheck.NUnit.Property]
    public bool Combine_TwoRuns_IsTheChecksumOfBoth(byte[] first, byte[] second) =>
        Crc32c.Combine(Crc32c.Compute(first), Crc32c.Compute(second), second.Length) == Crc32c.Compute([.. first, .. second]);

    [Test]
    public void Combine_SecondRunOfTerabytes_IsTheSameAsInSteps()
    {
        uint inSteps = 0xE3069283;
        for (int i = 0; i < 1024; i++)
        {
            inSteps = Crc32c.Combine(inSteps, 0, 1L << 40);
        }

        Assert.That(Crc32c.Combine(0xE3069283, 0, 1L << 50), Is.EqualTo(inSteps));
    }

    [Test]
    public void Combine_NegativeLength_Throws() =>
        Assert.That(() => Crc32c.Combine(0, 0, -1), Throws.InstanceOf<ArgumentOutOfRangeException>());

    [Test]
    public void ToBase64_CheckString_HasTheMostSignificantByteFirst() => Assert.That(Crc32c.ToBase64(0xE3069283), Is.EqualTo("4waSgw=="));

    [FsCheck.NUnit.Property]
    public bool TryParseBase64_AnyChecksum_ReadsItBack(uint value) =>
        Crc32c.TryParseBase64(Crc32c.ToBase64(value), out uint parsed) && parsed == value;

    [TestCase(null)]
    [TestCase("")]
    [TestCase("4waSgw")]
    [TestCase("4waSgw= =")]
    [TestCase("4waSgwA=")]
    [TestCase("4waS!w==")]
    public void TryParseBase64_SomethingElse_IsRefused(string? text) => Assert.That(Crc32c.TryParseBase64(text, out _), Is.False);

    private static byte[] RandomBytes(int seed, int length)
    {
        byte[] data = new byte[length];
        new Random(seed).NextBytes(data);
        return data;
    }

    private static uint BitwiseChecksum(byte[] data)
    {
        uint state = uint.MaxValue;
        foreach (byte value in data)
        {
            state ^= value;
            for (int bit = 0; bit < 8; bit++)
            {
                state = (state & 1) != 0 ? (state >> 1) ^ 0x82F63B78 : state >> 1;
            }
        }

        return ~state;
    }
}
