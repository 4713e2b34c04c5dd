using CloudOptimizedDicom.Locking;
using CloudOptimizedDicom.Storage;
using CloudOptimizedDicom.Testing.Objects;
using CloudOptimizedDicom.Tests.Storage;

namespace CloudOptimizedDicom.Tests.Protocol;

/// <summary>The store of one schedule.</summary>
/// <param name="Instances">What may be stored.</param>
/// <param name="Image">What may be there at the beginning.</param>
/// <param name="Core">The objects, for whoever checks.</param>
/// <param name="Bucket">Where they are.</param>
/// <param name="Store">The way to them.</param>
/// <param name="Clock">The clock of the store, where a schedule may set it.</param>
internal sealed record ScheduleBench(
    SmallInstances Instances, SeriesImage Image, GcsObjectCore Core, string Bucket, IObjectStore Store, ManualTimeProvider? Clock)
{
    private SeriesNames Names => new("", Instances.Id);

    public async Task<History> BeginAsync(SeriesOrigin origin)
    {
        await Image.PutAsync(Store, Names, origin);
        return new History(Core, Bucket, Names, Instances);
    }

    /// <summary>When all is quiet: a repair mends what is left and loses nothing that was committed; then an append succeeds, and writing anew does.</summary>
    public async Task RecoverAsync(History history)
    {
        var @operator = new SeriesOperator(Store, Instances.Id, Instances.Directory);
        IReadOnlyList<string> kept = history.ListCommitted();
        RepairReport? report = await @operator.TryRepairAsync(new RepairOptions { TakeOverLock = true });
        if (report is { IsRefused: true })
        {
            // A write that died after its archive has replaced what is lost; without its lock nobody can know that it was meant to.
            // So has a deletion that went on without its lock.
            if (!history.IsDeleted && (!history.IsOverwriteBegun || report.Before.Lock?.Operation == LockOperation.Write))
            {
                throw new RuleViolatedException("a repair finds instances lost that nobody has replaced");
            }

            await @operator.TryRepairAsync(new RepairOptions { TakeOverLock = true, ForgetLost = true });
        }

        await @operator.RequireIntactAsync();
        SeriesState repaired = await @operator.ReadAsync();
        bool isDeleted = repaired.Checksums is null && report?.Actions.Any(action => action.Kind == RepairActionKind.FinishDelete) == true;
        if (!repaired.IsReadable || !(isDeleted || kept.All((repaired.Checksums ?? []).Contains)))
        {
            throw new RuleViolatedException($"a repair has lost some of {string.Join(' ', kept)}: {repaired}");
        }

        if (!await @operator.TryAppendAsync(Instances.Path(0, 0)))
        {
            throw new RuleViolatedException("a series that was repaired was called damaged");
        }

        await @operator.WriteAsync(Instances.Path(1, 1));
        if (await @operator.ReadAsync() is not { IsReadable: true, Checksums.Count: 1 })
        {
            throw new RuleViolatedException("a series that was written anew cannot be read");
        }
    }
}
