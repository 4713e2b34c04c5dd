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

    /// <summary>When all is quiet: the lock is broken, an append succeeds where all is in order, and writing anew succeeds.</summary>
    public async Task RecoverAsync(History history)
    {
        bool isInOrder = history.IsInOrder;
        var @operator = new SeriesOperator(Store, Instances.Id, Instances.Directory);
        await @operator.BreakLockAsync();
        if (!await @operator.TryAppendAsync(Instances.Path(0, 0)) && isInOrder)
        {
            throw new RuleViolatedException("a series that is in order was called damaged");
        }

        await @operator.WriteAsync(Instances.Path(1, 1));
        if (await @operator.ReadAsync() is not { IsReadable: true, Checksums.Count: 1 })
        {
            throw new RuleViolatedException("a series that was written anew cannot be read");
        }
    }
}
