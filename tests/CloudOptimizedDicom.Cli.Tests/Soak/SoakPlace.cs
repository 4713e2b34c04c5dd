using CloudOptimizedDicom.Testing;

namespace CloudOptimizedDicom.Cli.Tests.Soak;

/// <summary>Where a soak takes place: in a directory, or in a bucket of an emulator.</summary>
internal sealed class SoakPlace : IAsyncDisposable
{
    private readonly EmulatorConnections _connections = new();
    private GcsEmulator? _emulator;

    private SoakPlace(string folder) => Folder = folder;

    /// <summary>Room for files.</summary>
    public string Folder { get; }

    public string Store => Root("store");

    public string Copies => Root("copies");

    public string Scratch => Path.Combine(Folder, "scratch");

    public bool IsBucket => _emulator is not null;

    /// <summary>Where the emulator is; empty for a directory.</summary>
    public string Endpoint => _emulator?.Endpoint.ToString() ?? "";

    /// <summary>Options of the command that lead to the datastore.</summary>
    public string[] Options => _emulator is null ? [] : ["--endpoint", Endpoint];

    public static async Task<SoakPlace> CreateAsync(bool isBucket, CancellationToken cancellationToken)
    {
        // In memory where possible: on a disk, most kills would hit a flush.
        string folder = Directory.Exists("/dev/shm")
            ? Directory.CreateDirectory($"/dev/shm/cod-soak-{Guid.NewGuid():N}").FullName
            : Directory.CreateTempSubdirectory("cod-soak-").FullName;
        var place = new SoakPlace(folder);
        Directory.CreateDirectory(place.Scratch);
        if (isBucket)
        {
            place._emulator = await GcsEmulator.StartAsync(new GcsEmulatorOptions { Buckets = ["archive"] }, cancellationToken);
        }

        return place;
    }

    /// <summary>Waits until all requests of dead processes have been carried out.</summary>
    public Task WaitUntilQuietAsync(CancellationToken cancellationToken) =>
        _emulator is null ? Task.CompletedTask : _connections.WaitUntilIdleAsync(_emulator, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await (_emulator?.DisposeAsync() ?? ValueTask.CompletedTask);
        _connections.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    private string Root(string name) => _emulator is null ? Path.Combine(Folder, name) : $"gs://archive/{name}";
}
