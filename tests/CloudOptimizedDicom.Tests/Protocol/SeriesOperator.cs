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

    /// <summary>Repairs the series over whatever lock there is; a dry run before it must say the same.</summary>
    /// <returns>What was done; null where there is nothing of the series.</returns>
    public async Task<RepairReport?> RepairAsync()
    {
        var options = new RepairOptions { TakeOverLock = true };
        RepairReport? said = await TryRepairAsync(options with { DryRun = true });
        RepairReport? done = await TryRepairAsync(options);
        return Describe(said) == Describe(done)
            ? done
            : throw new RuleViolatedException($"a dry run has said another thing than was done:\n{Describe(said)}\n{Describe(done)}");
    }

    /// <summary>Verifies the series; does nothing where there is nothing of it.</summary>
    public async Task RequireIntactAsync()
    {
        try
        {
            IntegrityReport report = await _datastore.VerifySeriesAsync(id.StudyUid, id.SeriesUid);
            if (!report.IsIntact || report.Lock is not null)
            {
                throw new RuleViolatedException($"a repaired series is not intact: {string.Join("; ", report.Findings)}");
            }
        }
        catch (CodObjectNotFoundException)
        {
            // All of it was deleted.
        }
    }

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

    /// <summary>Repairs the series.</summary>
    /// <returns>What was done; null where there is nothing of the series.</returns>
    public async Task<RepairReport?> TryRepairAsync(RepairOptions options)
    {
        try
        {
            return await _datastore.RepairSeriesAsync(id.StudyUid, id.SeriesUid, options);
        }
        catch (CodObjectNotFoundException)
        {
            return null;
        }
    }

    private static string Describe(RepairReport? report) => report is null
        ? "nothing is there"
        : $"{(report.IsRefused ? "refused: " : "")}{string.Join(", ", report.Actions.Select(action => $"{action.Kind} {action.Subject}"))}";
}
