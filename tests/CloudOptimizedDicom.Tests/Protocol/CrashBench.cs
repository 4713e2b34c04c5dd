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
    public Task<bool> RunAsync(FaultGate gate) => _operation.RunInProcessAsync(_store, gate, _scratchDirectory);

    public void Dispose() => _core.Dispose();
}
