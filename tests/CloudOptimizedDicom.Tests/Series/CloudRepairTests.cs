using CloudOptimizedDicom.Testing;
using CloudOptimizedDicom.Testing.Objects;
using CloudOptimizedDicom.Tests.Storage.GoogleCloud;

namespace CloudOptimizedDicom.Tests.Series;

/// <summary>Repairs in a bucket.</summary>
public sealed class CloudRepairTests : RepairContract
{
    private GcsEmulator _emulator = null!;

    protected override async Task<CodDatastore> CreateDatastoreAsync()
    {
        _emulator = await GcsEmulator.StartAsync(new GcsEmulatorOptions { Buckets = ["archive"] });
        var clock = new ImmediateTimeProvider(TimeSpan.FromSeconds(90));
        return await CodDatastore.OpenAsync("gs://archive/cod", new CodDatastoreOptions { Endpoint = _emulator.Endpoint, TimeProvider = clock });
    }

    protected override Task PutPastLibraryAsync(string name, byte[] bytes) => _emulator.Core.InsertAsync(
        "archive", name, new MemoryStream(bytes), new GcsObjectAttributes(), new GcsConditions(), CancellationToken.None);

    protected override async Task DeleteDatastoreAsync() => await _emulator.DisposeAsync();
}
