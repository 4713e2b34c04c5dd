using System.IO.MemoryMappedFiles;
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

    [Test]
    public async Task SyncAsync_FileRenamedOverTheOrigin_StaysThere([Values] bool hasSameBytes)
    {
        string file = CopyOf(AppendFile("1.dcm"));
        string other = $"{file}.new";
        byte[] bytes = await File.ReadAllBytesAsync(file);
        bytes[^1] ^= hasSameBytes ? (byte)0 : (byte)1;
        await File.WriteAllBytesAsync(other, bytes);
        File.SetLastWriteTimeUtc(file, DateTime.UnixEpoch.AddDays(1));
        File.SetLastWriteTimeUtc(other, DateTime.UnixEpoch.AddDays(1));
        await AppendAsync(file, () => File.Move(other, file, overwrite: true));
        Assert.That(await File.ReadAllBytesAsync(file), Is.EqualTo(bytes));
    }

    /// <summary>
    /// The page is dirty before the append, so that a write changes no time at all until the system writes it back; on tmpfs it
    /// never does.
    /// </summary>
    [Test]
    public async Task SyncAsync_OriginChangedThroughAMemoryMapping_Stays([Values] bool isInMemory)
    {
        const string memory = "/dev/shm";
        if (isInMemory && !Directory.Exists(memory))
        {
            Assert.Ignore($"There is no {memory}.");
        }

        string folder = isInMemory ? Directory.CreateDirectory(Path.Combine(memory, Path.GetFileName(Folder))).FullName : Folder;
        try
        {
            string file = Path.Combine(folder, "mapped.dcm");
            File.Copy(AppendFile("1.dcm"), file);
            long last = new FileInfo(file).Length - 1;
            using (var mapping = MemoryMappedFile.CreateFromFile(file, FileMode.Open))
            using (MemoryMappedViewAccessor view = mapping.CreateViewAccessor())
            {
                view.Write(last, view.ReadByte(last));
                await AppendAsync(file, () => view.Write(last, (byte)(view.ReadByte(last) ^ 1)));
            }

            Assert.That(file, Does.Exist);
        }
        finally
        {
            if (isInMemory)
            {
                Directory.Delete(folder, recursive: true);
            }
        }
    }

    [Test]
    public async Task SyncAsync_OriginThatIsASymbolicLink_Stays()
    {
        string target = CopyOf(AppendFile("1.dcm"));
        string link = Path.Combine(Folder, "link.dcm");
        File.CreateSymbolicLink(link, target);
        await AppendAsync(link, () => { });
        Assert.That((new FileInfo(link).LinkTarget, File.Exists(target)), Is.EqualTo((target, true)));
    }

    [Test]
    public async Task SyncAsync_OriginInTheDirectoryOfAStore_Stays()
    {
        await using var store = new LocalObjectStore(Path.Combine(Folder, "store"));
        await store.UploadAsync("damaged/1.dcm", ObjectUpload.FromMemory(await File.ReadAllBytesAsync(AppendFile("1.dcm"))), ObjectPrecondition.None);
        string file = Path.Combine(Folder, "store", "damaged", "1.dcm");
        await AppendAsync(file, () => { });
        Assert.That(file, Does.Exist);
    }

    private SeriesNames Names => Datastore.Name(Id);

    /// <summary>Appends a new file, lets something happen, and syncs.</summary>
    private async Task AppendAsync(string file, Action happen)
    {
        await using CodObject series = await OpenSeriesAsync(CodMode.Write);
        AppendResult result = await series.AppendAsync([new Instance(file)], DeleteLocalOrigin);
        Assert.That(result.New, Has.Count.EqualTo(1));
        happen();
        await series.SyncAsync();
    }

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
