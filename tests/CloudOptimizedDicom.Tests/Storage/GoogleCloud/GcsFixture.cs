using CloudOptimizedDicom.Storage.GoogleCloud;
using CloudOptimizedDicom.Testing;
using CloudOptimizedDicom.Testing.Objects;

namespace CloudOptimizedDicom.Tests.Storage.GoogleCloud;

/// <summary>An emulator with one bucket, and stores whose pauses take no time.</summary>
public abstract class GcsFixture
{
    protected const string Bucket = "bucket";
    protected const int MaxMultipartBytes = 64 << 10;

    private GcsEmulator? _emulator;

    protected GcsEmulator Emulator => _emulator!;

    internal ImmediateTimeProvider Clock { get; private set; } = NewClock();

    [OneTimeSetUp]
    public async Task StartEmulatorAsync() =>
        _emulator = await GcsEmulator.StartAsync(new GcsEmulatorOptions { Buckets = [Bucket], UploadQuantumBytes = 16 << 10 });

    [OneTimeTearDown]
    public async Task StopEmulatorAsync() => await Emulator.DisposeAsync();

    [SetUp]
    public void Reset()
    {
        Clock = NewClock();
        Emulator.Faults.Clear();
        Emulator.Log.Clear();
    }

    /// <summary>Options for the emulator; uploads above 64 KiB go in a session.</summary>
    protected GcsObjectStoreOptions Options(int seed = 0) => new()
    {
        Endpoint = Emulator.Endpoint,
        TimeProvider = Clock,
        Random = new Random(seed),
        MaxMultipartBytes = MaxMultipartBytes,
    };

    protected GcsObjectStore CreateStore(int seed = 0) => new(Bucket, Options(seed));

    protected GcsObject? Live(string name) => Emulator.Core.Find(Bucket, name);

    protected static byte[] RandomBytes(int seed, int sizeBytes)
    {
        byte[] bytes = new byte[sizeBytes];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    // Deadlines are longer than all pauses, and are not to end anything here.
    private static ImmediateTimeProvider NewClock() => new(TimeSpan.FromSeconds(90));
}
