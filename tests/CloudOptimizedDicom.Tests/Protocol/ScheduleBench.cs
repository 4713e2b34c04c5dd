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
}
