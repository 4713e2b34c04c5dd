using CloudOptimizedDicom.Locking;
using CloudOptimizedDicom.Storage;

namespace CloudOptimizedDicom.Tests.Series;

public sealed class DeleteSeriesTests : CloudStorageFixture
{
    private const string Study = "1.2.826.0.1.3680043.8.498.7001.93";
    private const string SeriesUid = Study + ".1";

    [Test]
    public async Task DeleteSeriesAsync_StoredSeries_LeavesNothingOfItAndAllOfItsNeighbour()
    {
        await StoreAsync(SeriesUid);
        var neighbour = new SeriesId(Study, SeriesUid + "0");
        await Datastore.Store.UploadAsync($"cod/{neighbour.Path}/metadata.json", ObjectUpload.FromMemory(new byte[1]), ObjectPrecondition.None);
        await Datastore.Store.UploadAsync($"cod/{neighbour.Path}.tar", ObjectUpload.FromMemory(new byte[1]), ObjectPrecondition.None);
        foreach (string name in new[] { "thumbnail.mp4", "thumbnail.jpg", "error.log" })
        {
            await Datastore.Store.UploadAsync($"cod/{new SeriesId(Study, SeriesUid).Path}/{name}", ObjectUpload.FromMemory(new byte[1]), ObjectPrecondition.None);
        }

        await Datastore.DeleteSeriesAsync(Study, SeriesUid);
        List<string> left = [];
        await foreach (ObjectListEntry entry in Datastore.Store.ListAsync("cod/"))
        {
            left.Add(entry.Name);
        }

        Assert.That(left, Is.EquivalentTo(new[] { $"cod/{neighbour.Path}/metadata.json", $"cod/{neighbour.Path}.tar" }));
        Assert.That(() => Datastore.OpenSeriesAsync(Study, SeriesUid, CodMode.Read), Throws.InstanceOf<CodObjectNotFoundException>());
    }

    [Test]
    public async Task DeleteSeriesAsync_LockedOrMissing_IsRefused()
    {
        Assert.That(() => Datastore.DeleteSeriesAsync(Study, SeriesUid), Throws.InstanceOf<CodObjectNotFoundException>());
        await StoreAsync(SeriesUid);
        await using CodObject held = await Datastore.OpenSeriesAsync(Study, SeriesUid, CodMode.Append);
        Assert.That(() => Datastore.DeleteSeriesAsync(Study, SeriesUid), Throws.InstanceOf<LockAcquisitionException>());
        Assert.That(await ReadCountAsync(), Is.EqualTo(1));
    }

    [Test]
    public async Task UploadErrorLogAsync_AndOverride_ClosesAndOpensTheSeries()
    {
        await StoreAsync(SeriesUid);
        await using (CodObject series = await Datastore.OpenSeriesAsync(Study, SeriesUid, CodMode.Append))
        {
            await series.UploadErrorLogAsync("it went wrong");
        }

        Assert.That(() => Datastore.OpenSeriesAsync(Study, SeriesUid, CodMode.Read), Throws.InstanceOf<ErrorLogExistsException>());
        Assert.That(() => Datastore.OpenSeriesAsync(Study, SeriesUid, CodMode.Append), Throws.InstanceOf<ErrorLogExistsException>());
        var overriding = new OpenSeriesOptions { OverrideErrors = true };
        await (await Datastore.OpenSeriesAsync(Study, SeriesUid, CodMode.Read, overriding)).DisposeAsync();
        Assert.That(() => Datastore.OpenSeriesAsync(Study, SeriesUid, CodMode.Read), Throws.InstanceOf<ErrorLogExistsException>(), "a reader deletes nothing");
        await (await Datastore.OpenSeriesAsync(Study, SeriesUid, CodMode.Append, overriding)).DisposeAsync();
        Assert.That(await ReadCountAsync(), Is.EqualTo(1));
    }

    private Task StoreAsync(string seriesUid) => Datastore.UpdateSeriesAsync(
        Study, seriesUid, CodMode.Append, series => series.AppendAsync([new Instance(Repository.TestData("dicom", "appendset", "1.dcm"))]));

    private async Task<int> ReadCountAsync()
    {
        await using CodObject series = await Datastore.OpenSeriesAsync(Study, SeriesUid, CodMode.Read);
        return series.GetInstances().Count;
    }
}
