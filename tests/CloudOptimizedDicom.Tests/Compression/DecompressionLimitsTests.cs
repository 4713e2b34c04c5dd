using CloudOptimizedDicom.Compression;

namespace CloudOptimizedDicom.Tests.Compression;

public sealed class DecompressionLimitsTests
{
    private const long MiB = 1 << 20;

    [TestCase(1, 16 * MiB)]
    [TestCase(MiB, 100 * MiB)]
    [TestCase(11 * MiB, 1024 * MiB)]
    public void ForMetadata_StoredSize_IsBoundedByRatioAndSize(long storedBytes, long expected) =>
        Assert.That(DecompressionLimits.Default.ForMetadata(storedBytes), Is.EqualTo(expected));

    [TestCase(1, 16 * MiB)]
    [TestCase(100_000, 100_000_000)]
    [TestCase(MiB, 128 * MiB)]
    public void ForTags_CompressedSize_IsBoundedByRatioAndSize(long compressedBytes, long expected) =>
        Assert.That(DecompressionLimits.Default.ForTags(compressedBytes), Is.EqualTo(expected));

    [Test]
    public void Limits_OfOptions_CountAlsoBelowWhatIsOtherwiseAlwaysAllowed()
    {
        var limits = new DecompressionLimits { MaxMetadataBytes = 10, MaxTagsBytes = 20 };
        Assert.That((limits.ForMetadata(1), limits.ForTags(1)), Is.EqualTo((10, 20)));
    }
}
