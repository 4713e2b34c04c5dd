using System.Security.Cryptography;

namespace CloudOptimizedDicom.Tests.Instances;

public sealed class KeyedUidHasherTests
{
    private const string Root = "1.2.826.0.1.3680043.8.498";

    private static readonly byte[] Key = [.. Enumerable.Range(0, 16).Select(i => (byte)i)];

    /// <summary>The values come from another implementation of HMAC-SHA-256.</summary>
    [TestCase(KeyedUidHasher.DefaultRoot, ExpectedResult = "2.25.3603385346369989877918645347678637500")]
    [TestCase(Root, ExpectedResult = "1.2.826.0.1.3680043.8.498.81392635761946865960356337717212397637")]
    public string Hash_KnownUid_IsWhatAnotherProgramMakes(string root) => new KeyedUidHasher(Key, root).Hash("1.2.3");

    [Test]
    public void Hash_ManyUids_AreValidAndDiffer([Values(KeyedUidHasher.DefaultRoot, Root, "1.2.826.0.1.3680043.8.498.1234567890123")] string root)
    {
        var hasher = new KeyedUidHasher(RandomNumberGenerator.GetBytes(32), root);
        string[] hashed = [.. Enumerable.Range(0, 1000).Select(i => hasher.Hash($"1.2.{i}"))];
        using (Assert.EnterMultipleScope())
        {
            Assert.That(hashed, Is.All.Matches<string>(DicomUid.IsValid));
            Assert.That(hashed, Is.All.StartsWith(root + "."));
            Assert.That(hashed, Is.Unique);
        }
    }

    [Test]
    public void Hash_OtherKey_GivesOtherUids() =>
        Assert.That(new KeyedUidHasher(new byte[16]).Hash("1.2.3"), Is.Not.EqualTo(new KeyedUidHasher(Key).Hash("1.2.3")));

    [TestCase(15, "2.25")]
    [TestCase(16, "2.25.")]
    [TestCase(16, "")]
    [TestCase(16, "1.2.826.0.1.3680043.8.498.12345678901234")]
    public void Constructor_ShortKeyOrBadRoot_IsRefused(int keyBytes, string root) =>
        Assert.Throws<ArgumentException>(() => _ = new KeyedUidHasher(new byte[keyBytes], root));
}
