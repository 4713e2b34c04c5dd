using CloudOptimizedDicom.Storage;
using CloudOptimizedDicom.Testing.Objects;
using CloudOptimizedDicom.Tests.Storage.GoogleCloud;

namespace CloudOptimizedDicom.Tests.Protocol;

/// <summary>A store of its own for one crash, and what an operator does afterwards.</summary>
internal sealed class CrashBench : IDisposable
{
    private readonly GcsObjectCore _core = new();
    private readonly CrashOperation _operation;
    private readonly CoreObjectStore _store;
    private readonly CodDatastore _datastore;

    private CrashBench(CrashOperation operation)
    {
        _operation = operation;
        _store = new CoreObjectStore(_core, "bucket");
        _datastore = Open(_store);
    }

    public static async Task<CrashBench> CreateAsync(CrashOperation operation)
    {
        var bench = new CrashBench(operation);
        await operation.Prepare(bench._store);
        return bench;
    }

    public Task<SeriesState> ReadAsync() => SeriesState.ReadAsync(_datastore, _operation.Id);

    /// <summary>Runs the operation in a process of its own.</summary>
    /// <returns>Whether it says that it has done it; false for an error of ours and for a process that died.</returns>
    public async Task<bool> RunAsync(FaultGate gate)
    {
        Task running = _operation.RunAsync(Open(new GatedObjectStore(_store, gate)));
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

    public Task BreakLockAsync() => _store.DeleteAsync(new SeriesNames("", _operation.Id).Lock, ObjectPrecondition.None);

    /// <summary>An append succeeds or calls the series damaged; writing it anew succeeds.</summary>
    public async Task RecoverAsync(string place)
    {
        try
        {
            await _operation.RunAsync(_datastore);
        }
        catch (SeriesDamagedException error)
        {
            Assert.That(error.Message, Does.Contain("cod repair"), place);
        }

        SeriesId id = _operation.Id;
        await _datastore.UpdateSeriesAsync(id.StudyUid, id.SeriesUid, CodMode.Write, series => series.AppendAsync([new Instance(_operation.File)]));
        SeriesState seen = await ReadAsync();
        Assert.That(seen.IsReadable && seen.Checksums?.Count == 1, $"{place}; then {seen}");
    }

    public void Dispose() => _core.Dispose();

    private static CodDatastore Open(IObjectStore store) => CodDatastore.FromStore(
        store, options: new CodDatastoreOptions { TimeProvider = new ImmediateTimeProvider(TimeSpan.FromSeconds(90)) });
}
