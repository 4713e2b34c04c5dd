using CloudOptimizedDicom.Storage;
using CloudOptimizedDicom.Tests.Storage.GoogleCloud;

namespace CloudOptimizedDicom.Tests.Protocol;

/// <summary>Somebody who comes when all processes are gone, and mends a series.</summary>
internal sealed class SeriesOperator(IObjectStore store, SeriesId id, string scratchDirectory)
{
    private readonly CodDatastore _datastore = CodDatastore.FromStore(store, options: new CodDatastoreOptions
    {
        TimeProvider = new ImmediateTimeProvider(TimeSpan.FromSeconds(90)),
        ScratchDirectory = scratchDirectory,
    });

    public Task<SeriesState> ReadAsync() => SeriesState.ReadAsync(_datastore, id);

    public Task BreakLockAsync() => store.DeleteAsync(new SeriesNames("", id).Lock, ObjectPrecondition.None);

    /// <summary>Appends an instance.</summary>
    /// <returns>Whether it could; not where the series is called damaged.</returns>
    public async Task<bool> TryAppendAsync(string file)
    {
        try
        {
            await _datastore.UpdateSeriesAsync(id.StudyUid, id.SeriesUid, CodMode.Append, series => series.AppendAsync([new Instance(file)]));
            return true;
        }
        catch (SeriesDamagedException)
        {
            return false;
        }
    }

    /// <summary>Writes the series anew with one instance, which succeeds whatever is there.</summary>
    public Task WriteAsync(string file) =>
        _datastore.UpdateSeriesAsync(id.StudyUid, id.SeriesUid, CodMode.Write, series => series.AppendAsync([new Instance(file)]));
}
