using CloudOptimizedDicom.Metadata;
using CloudOptimizedDicom.Storage;

namespace CloudOptimizedDicom.Tests.Series;

public sealed class MetadataCacheTests
{
    [Test]
    public void Set_MoreThanThereIsRoomFor_DropsWhatWasNotAskedForTheLongest()
    {
        var cache = new MetadataCache(maxBytes: 300);
        cache.Set("a", Stored(100));
        cache.Set("b", Stored(100));
        cache.Set("c", Stored(100));
        Assert.That(cache.TryGet("a", out _), Is.True);
        cache.Set("d", Stored(100));
        Assert.That(Held(cache), Is.EqualTo("acd"));
        cache.Set("e", Stored(301));
        Assert.That(Held(cache), Is.EqualTo("acd"), "larger than all");
        cache.Set("a", Stored(200));
        Assert.That(Held(cache), Is.EqualTo("ad"), "replaced by a larger one");
        cache.Set("a", null);
        cache.Set("f", Stored(200));
        Assert.That(Held(cache), Is.EqualTo("df"));
    }

    [Test]
    public void Set_NoRoomAtAll_KeepsNothing()
    {
        var cache = new MetadataCache(maxBytes: 0);
        cache.Set("a", Stored(1));
        Assert.That(Held(cache), Is.Empty);
    }

    private static string Held(MetadataCache cache) => string.Concat("abcdef".Where(name => cache.TryGet($"{name}", out _)));

    private static StoredSeries Stored(int bytes) => new(
        new SeriesMetadata(new SeriesId("1", "2"), usesHashedUids: false, MetadataVersion.V2),
        new ObjectInfo { Name = "", Generation = 1, SizeBytes = bytes },
        new byte[bytes]);
}
