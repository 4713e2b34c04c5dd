using CloudOptimizedDicom.Storage;

namespace CloudOptimizedDicom.Tests.Series;

/// <summary>Files that are stored already are deleted only once it is seen that they are.</summary>
[TestFixture(StoreKind.Directory)]
[TestFixture(StoreKind.Bucket)]
public sealed class LocalOriginTests(StoreKind kind) : EitherStoreFixture(kind)
{
    private static readonly AppendOptions DeleteLocalOrigin = new() { DeleteLocalOrigin = true };

    [Test]
    public async Task SyncAsync_StoredAlreadyAndIntact_DeletesTheFile([Values] bool changesField)
    {
        string file = await AppendStoredAsync(() => Task.CompletedTask, changesField);
        Assert.That(file, Does.Not.Exist);
    }

    [Test]
    public async Task SyncAsync_StoredAlreadyButArchiveMissing_KeepsTheFile([Values] bool changesField)
    {
        string file = await AppendStoredAsync(() => Datastore.Store.DeleteAsync(Names.Tar, ObjectPrecondition.None), changesField);
        Assert.That(file, Does.Exist);
    }

    [Test]
    public async Task SyncAsync_StoredAlreadyButArchiveDamaged_KeepsTheFile([Values] bool changesField)
    {
        string file = await AppendStoredAsync(() => new DamagedSeries(Datastore).EditAsync(Names.Tar, tar => DamagedSeries.Change(tar, 5000)), changesField);
        Assert.That(file, Does.Exist);
    }

    [Test]
    public async Task SyncAsync_StoredAlreadyButRemovedByAnotherWriter_KeepsTheFile()
    {
        string file = await AppendStoredAsync(async () =>
        {
            await Datastore.Store.DeleteAsync(Names.Lock, ObjectPrecondition.None);
            await Datastore.UpdateSeriesAsync(Study, SeriesUid, CodMode.Append, series => series.RemoveAsync([$"{SeriesUid}.1"]));
        });
        Assert.That(file, Does.Exist);
    }

    [Test]
    public async Task SyncAsync_StoredAlreadyButLockLost_KeepsTheFile()
    {
        string file = await AppendStoredAsync(() => Datastore.Store.DeleteAsync(Names.Lock, ObjectPrecondition.None));
        Assert.That(file, Does.Exist);
    }

    private SeriesNames Names => Datastore.Name(Id);

    /// <summary>Appends a file that is stored, lets something happen, and syncs.</summary>
    private async Task<string> AppendStoredAsync(Func<Task> happenAsync, bool changesField = false)
    {
        await StoreAsync(CodMode.Write, "1.dcm", "2.dcm");
        string file = CopyOf(AppendFile("1.dcm"));
        await using CodObject series = await OpenSeriesAsync(CodMode.Append);
        await series.AppendAsync([new Instance(file)], DeleteLocalOrigin);
        if (changesField)
        {
            series.SetField("note", System.Text.Json.JsonElement.Parse("1"));
        }

        await happenAsync();
        await series.SyncAsync();
        return file;
    }
}
