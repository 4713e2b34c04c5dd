using CloudOptimizedDicom.Part10;
using CloudOptimizedDicom.Storage;
using CloudOptimizedDicom.Testing.Objects;
using CloudOptimizedDicom.Tests.Golden;
using CloudOptimizedDicom.Tests.Part10;

namespace CloudOptimizedDicom.Tests.Protocol;

/// <summary>What can be broken off, by name.</summary>
internal sealed class CrashOperations : IDisposable
{
    private readonly SmallInstances _small = new(new SeriesId("1.2.826.0.1.3680043.8.498.7011.1", "1.2.826.0.1.3680043.8.498.7011.1.1"));
    private readonly Dictionary<string, CrashOperation> _operations;

    public CrashOperations()
    {
        var python = new GoldenSeries("ct5__v2");
        CrashOperation writeNew = On(SeriesOrigin.None, CodMode.Write);
        CrashOperation writeOver = On(SeriesOrigin.Ours, CodMode.Write);
        CrashOperation append = On(SeriesOrigin.Ours, CodMode.Append);
        CrashOperation appendToPython = On(python, CodMode.Append);
        CrashOperation delete = Deleting(writeOver);
        _operations = new Dictionary<string, CrashOperation>
        {
            ["write new"] = writeNew,
            ["write over ours"] = writeOver,
            ["write over a copy"] = On(SeriesOrigin.Copied, CodMode.Write),
            ["write over Python's"] = On(python, CodMode.Write),
            ["append to nothing"] = On(SeriesOrigin.None, CodMode.Append),
            ["append to ours"] = append,
            ["append to a copy"] = On(SeriesOrigin.Copied, CodMode.Append),
            ["append to Python's"] = appendToPython,
            ["remove from ours"] = Updating(append, RemoveFirstAsync),
            ["remove from a copy"] = Updating(On(SeriesOrigin.Copied, CodMode.Append), RemoveFirstAsync),
            ["remove from Python's"] = Updating(appendToPython, RemoveFirstAsync),
            ["truncate ours"] = Updating(append, ReplaceAllAsync),
            ["truncate a copy"] = Updating(On(SeriesOrigin.Copied, CodMode.Append), ReplaceAllAsync),
            ["copy to nothing"] = Copying(writeNew),
            ["copy over ours"] = Copying(writeOver),
            ["copy over a copy"] = Copying(On(SeriesOrigin.Copied, CodMode.Write)),
            ["copy over Python's"] = CopyingChanged(On(python, CodMode.Write)),
            ["delete ours"] = delete,
            ["delete Python's"] = Deleting(On(python, CodMode.Write)),
            ["repair a new series after its archive"] = writeNew.RepairedAfter(Directory, IsIndexWritten) with { KeepsOldReadable = true },
            ["repair a write after its archive"] = writeOver.RepairedAfter(Directory, IsIndexWritten),
            ["repair an append after its archive"] = append.RepairedAfter(Directory, IsIndexWritten),
            ["repair an append after its index"] = append.RepairedAfter(Directory, IsMetadataWritten),
            ["repair an append after its metadata"] = append.RepairedAfter(Directory, IsLockDeleted),
            ["repair an append without a lock"] = append.RepairedAfter(Directory, IsIndexWritten, isUnlocked: true),
            ["repair an append to Python's"] = appendToPython.RepairedAfter(Directory, IsIndexWritten),

            ["unlock an append after its metadata"] = Unlocking(append.RepairedAfter(Directory, IsLockDeleted)),

            // What is behind the end moves, so until the metadata says where to, a reader can only be told to wait.
            ["repair members behind the end"] = On(new GoldenSeries("orphan_member__v2"), CodMode.Write).Repaired(),
            ["repair a deletion after its metadata"] = delete.RepairedAfter(Directory, IsIndexDeleted),
        };
    }

    public IEnumerable<string> Names => _operations.Keys;

    /// <summary>Room for scratch files.</summary>
    public string Directory => _small.Directory;

    public CrashOperation this[string name] => _operations[name];

    public void Dispose() => _small.Dispose();

    private static bool IsIndexWritten(StoreRequest request) => request.Operation == StoreRequest.Write && request.IsOf("/index.sqlite");

    private static bool IsIndexDeleted(StoreRequest request) => request.Operation == StoreRequest.Delete && request.IsOf("/index.sqlite");

    private static bool IsMetadataWritten(StoreRequest request) => request.Operation == StoreRequest.Write && request.IsOf("/metadata.json");

    private static bool IsLockDeleted(StoreRequest request) => request.Operation == StoreRequest.Delete && request.IsOf("/.gradient.lock");

    private CrashOperation On(SeriesOrigin origin, CodMode mode) => new(
        async store => await (await SeriesImage.BuildAsync(_small, [_small.Path(0, 0), _small.Path(1, 0)])).PutAsync(store, new SeriesNames("", _small.Id), origin),
        datastore => datastore.UpdateSeriesAsync(
            _small.Id.StudyUid, _small.Id.SeriesUid, mode, series => series.AppendAsync([_small.Instance(1, mode == CodMode.Write ? 1 : 0), _small.Instance(2, 0)])))
    {
        Id = _small.Id,
        File = _small.Path(3, 0),
        KeepsOldReadable = mode == CodMode.Append,
    };

    private CrashOperation On(GoldenSeries series, CodMode mode) => new(
        store => PutAsync(series, store),
        datastore => datastore.UpdateSeriesAsync(
            series.Id.StudyUid, series.Id.SeriesUid, mode, stored => stored.AppendAsync([new Instance(WriteOneMore(series, 98))])))
    {
        Id = series.Id,
        File = WriteOneMore(series, 99),
        KeepsOldReadable = mode == CodMode.Append,
    };

    /// <summary>The same series, changed otherwise: what stays is at other places, so readers of the old state may be told to wait.</summary>
    private static CrashOperation Updating(CrashOperation other, Func<CodObject, Task> update) => other with
    {
        RunAsync = datastore => datastore.UpdateSeriesAsync(other.Id.StudyUid, other.Id.SeriesUid, CodMode.Append, update),
        KeepsOldReadable = false,
    };

    /// <summary>What is there is replaced by a series of another store, which nothing befalls.</summary>
    private CrashOperation Copying(CrashOperation other) => other with
    {
        RunAsync = async datastore =>
        {
            using var core = new GcsObjectCore();
            var source = new CoreObjectStore(core, "source");
            SeriesImage image = await SeriesImage.BuildAsync(_small, [_small.Path(2, 0), _small.Path(1, 1)]);
            await image.PutAsync(source, new SeriesNames("", _small.Id), SeriesOrigin.Ours);
            await CodDatastore.FromStore(source).CopySeriesAsync(_small.Id.StudyUid, _small.Id.SeriesUid, datastore, new CopyOptions { Overwrite = true });
        },
    };

    /// <summary>What is there is replaced by what the operation makes of it in another store.</summary>
    private static CrashOperation CopyingChanged(CrashOperation other) => other with
    {
        RunAsync = async datastore =>
        {
            using var core = new GcsObjectCore();
            var store = new CoreObjectStore(core, "source");
            await other.PrepareAsync(store);
            var source = CodDatastore.FromStore(store);
            await other.RunAsync(source);
            await source.CopySeriesAsync(other.Id.StudyUid, other.Id.SeriesUid, datastore, new CopyOptions { Overwrite = true });
        },
    };

    private static Task RemoveFirstAsync(CodObject series) => series.RemoveAsync([series.GetInstances()[0].Record!.Uid]);

    private static CrashOperation Deleting(CrashOperation other) => other with
    {
        RunAsync = datastore => datastore.DeleteSeriesAsync(other.Id.StudyUid, other.Id.SeriesUid),
        KeepsOldReadable = true,
    };

    private static CrashOperation Unlocking(CrashOperation other) => other with
    {
        RunAsync = datastore => datastore.UnlockSeriesAsync(other.Id.StudyUid, other.Id.SeriesUid, new UnlockOptions { Force = true }),
    };

    private static async Task PutAsync(GoldenSeries series, IObjectStore store)
    {
        var names = new SeriesNames("", series.Id);
        foreach ((string name, string file) in new[] { (names.Tar, "series.tar"), (names.Index, "index.sqlite"), (names.Metadata, "metadata.json.gz") })
        {
            byte[] bytes = await File.ReadAllBytesAsync(Repository.TestData("cod", series.Case, file));
            await store.UploadAsync(name, ObjectUpload.FromMemory(bytes), ObjectPrecondition.None);
        }
    }

    private async Task ReplaceAllAsync(CodObject series)
    {
        await series.TruncateAsync();
        await series.AppendAsync([_small.Instance(2, 0)]);
    }

    private string WriteOneMore(GoldenSeries series, int number)
    {
        string path = Path.Combine(Directory, $"{series.Case}-{number}.dcm");
        File.WriteAllBytes(path, DicomFileBuilder.Create()
            .Element(DicomTag.SOPInstanceUID, DicomVr.UI, $"{series.Id.SeriesUid}.{number}")
            .Element(DicomTag.StudyInstanceUID, DicomVr.UI, series.Id.StudyUid)
            .Element(DicomTag.SeriesInstanceUID, DicomVr.UI, series.Id.SeriesUid)
            .ToArray());
        return path;
    }
}
