using CloudOptimizedDicom.Testing.Objects;

namespace CloudOptimizedDicom.Tests.Protocol;

/// <summary>A store of its own for one crash.</summary>
internal sealed class CrashBench : IDisposable
{
    private readonly GcsObjectCore _core = new();
    private readonly CrashOperation _operation;
    private readonly CoreObjectStore _store;
    private readonly string _scratchDirectory;

    private CrashBench(CrashOperation operation, string scratchDirectory)
    {
        _operation = operation;
        _scratchDirectory = scratchDirectory;
        _store = new CoreObjectStore(_core, "bucket");
        Operator = new SeriesOperator(_store, operation.Id, scratchDirectory);
    }

    /// <summary>Who looks at it afterwards.</summary>
    public SeriesOperator Operator { get; }

    public static async Task<CrashBench> CreateAsync(CrashOperation operation, string scratchDirectory)
    {
        var bench = new CrashBench(operation, scratchDirectory);
        await operation.PrepareAsync(bench._store);
        return bench;
    }

    /// <summary>Runs the operation in a process of its own.</summary>
    /// <returns>Whether it says that it has done it; false for an error of ours and for a process that died.</returns>
    public async Task<bool> RunAsync(FaultGate gate)
    {
        var datastore = CodDatastore.FromStore(
            new GatedObjectStore(_store, gate), options: new CodDatastoreOptions { ScratchDirectory = _scratchDirectory });
        Task running = _operation.RunAsync(datastore);
        if (await Task.WhenAny(running, gate.Died) != running)
        {
            return false;
        }

        try
        {
            await running;
            return true;
        }
        catch (CodException)
        {
            return false;
        }
    }

    public void Dispose() => _core.Dispose();
}
