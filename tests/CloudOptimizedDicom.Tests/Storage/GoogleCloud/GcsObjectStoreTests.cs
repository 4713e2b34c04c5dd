using CloudOptimizedDicom.Storage;
using CloudOptimizedDicom.Storage.GoogleCloud;
using CloudOptimizedDicom.Testing;

namespace CloudOptimizedDicom.Tests.Storage.GoogleCloud;

/// <summary>
/// The contract, against the emulator or the server that <c>COD_TEST_GCS_ENDPOINT</c> names, whose bucket
/// <c>COD_TEST_GCS_BUCKET</c> is emptied before each test.
/// </summary>
public sealed class GcsObjectStoreTests : ObjectStoreContract
{
    private static readonly string? Endpoint = Environment.GetEnvironmentVariable("COD_TEST_GCS_ENDPOINT");
    private static GcsEmulator? Emulator;

    [OneTimeSetUp]
    public static async Task StartEmulatorAsync() => Emulator = Endpoint is null ? await GcsEmulator.StartAsync() : null;

    [OneTimeTearDown]
    public static async Task StopEmulatorAsync() => await (Emulator?.DisposeAsync() ?? default);

    protected override async Task<IObjectStore> CreateStoreAsync()
    {
        if (Emulator is not null)
        {
            return new GcsObjectStore(
                Emulator.Core.CreateBucket($"cod-{Guid.NewGuid():N}").Name, new GcsObjectStoreOptions { Endpoint = Emulator.Endpoint });
        }

        string bucket = Environment.GetEnvironmentVariable("COD_TEST_GCS_BUCKET") ?? "cod-test";
        var store = new GcsObjectStore(bucket, new GcsObjectStoreOptions { Endpoint = new Uri(Endpoint!) });
        foreach (string name in await store.ListNamesAsync())
        {
            await store.DeleteAsync(name, ObjectPrecondition.None);
        }

        return store;
    }

    [TestCase("")]
    [TestCase(".")]
    [TestCase("..")]
    [TestCase("a\nb")]
    [TestCase("a\rb")]
    public void Name_ThatNoObjectCanHave_IsRefused(string name)
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(() => Store.WriteAsync(name), Throws.InstanceOf<ArgumentException>());
            Assert.That(() => Store.ReadAsync(name), Throws.InstanceOf<ArgumentException>());
            Assert.That(() => Store.GetInfoAsync(name), Throws.InstanceOf<ArgumentException>());
            Assert.That(() => Store.DeleteAsync(name, ObjectPrecondition.None), Throws.InstanceOf<ArgumentException>());
        }
    }

    [Test]
    public void Name_ThatIsNoUnicode_IsRefused() =>
        Assert.That(() => Store.WriteAsync("a\ud800b"), Throws.InstanceOf<ArgumentException>());

    [TestCase("a/../b")]
    [TestCase("a/./b")]
    [TestCase("a//b/")]
    [TestCase("%7E~%2e")]
    [TestCase("../o")]
    public Task Name_ThatUrlsWouldChange_IsKept(string name) => Name_OfAllKinds_IsKept(name);

    [TestCase("")]
    [TestCase("..")]
    [TestCase("a/b")]
    [TestCase("a?b")]
    [TestCase("Bucket")]
    public void Bucket_ThatCannotBeOne_IsRefused(string bucket) =>
        Assert.That(() => new GcsObjectStore(bucket), Throws.InstanceOf<ArgumentException>());

    [TestCase("ftp://host")]
    [TestCase("http://user:password@host")]
    public void Endpoint_ThatIsNone_IsRefusedUntold(string endpoint) =>
        Assert.That(
            () => new GcsObjectStore("bucket", new GcsObjectStoreOptions { Endpoint = new Uri(endpoint) }),
            Throws.InstanceOf<ArgumentException>().With.Message.Not.Contains("password"));
}
