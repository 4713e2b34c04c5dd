using CloudOptimizedDicom.Part10;
using CloudOptimizedDicom.Storage;
using CloudOptimizedDicom.Tests.Golden;
using CloudOptimizedDicom.Tests.Part10;

namespace CloudOptimizedDicom.Tests.Protocol;

/// <summary>Every operation that changes a series, broken off at every request in every way.</summary>
public sealed class CrashMatrixTests
{
    private static readonly SmallInstances Small = new(new SeriesId("1.2.826.0.1.3680043.8.498.7011.1", "1.2.826.0.1.3680043.8.498.7011.1.1"));
    private static readonly GoldenSeries Python = new("ct5__v2");
    private static readonly Dictionary<string, CrashOperation> Operations = new()
    {
        ["write new"] = On(SeriesOrigin.None, CodMode.Write),
        ["write over ours"] = On(SeriesOrigin.Ours, CodMode.Write),
        ["write over a copy"] = On(SeriesOrigin.Copied, CodMode.Write),
        ["write over Python's"] = OnPython(CodMode.Write),
        ["append to nothing"] = On(SeriesOrigin.None, CodMode.Append),
        ["append to ours"] = On(SeriesOrigin.Ours, CodMode.Append),
        ["append to a copy"] = On(SeriesOrigin.Copied, CodMode.Append),
        ["append to Python's"] = OnPython(CodMode.Append),
        ["delete ours"] = Deleting(On(SeriesOrigin.Ours, CodMode.Write)),
        ["delete Python's"] = Deleting(OnPython(CodMode.Write)),
    };

    internal static IEnumerable<string> Names => Operations.Keys;

    [OneTimeTearDown]
    public static void DeleteFiles() => Small.Dispose();

    [Test]
    public async Task Operation_BrokenOffAtAnyRequest_LeavesTheOldOrTheNewState(
        [ValueSource(nameof(Names))] string name,
        [Values(Verdict.Refuse, Verdict.Unavailable, Verdict.LoseBefore, Verdict.LoseAfter, Verdict.KillBefore)] Verdict verdict)
    {
        CrashOperation operation = Operations[name];
        SeriesState old;
        SeriesState @new;
        var clean = new FaultGate();
        using (var bench = await CrashBench.CreateAsync(operation, Small.Directory))
        {
            old = await bench.Operator.ReadAsync();
            Assert.That(await bench.RunAsync(clean), Is.True);
            @new = await bench.Operator.ReadAsync();
        }

        for (int at = 1; at <= clean.Requests.Count; at++)
        {
            using var bench = await CrashBench.CreateAsync(operation, Small.Directory);
            bool isDone = await bench.RunAsync(new FaultGate(at, verdict));
            SeriesState seen = await bench.Operator.ReadAsync();
            string place = $"{verdict} at request {at}, {clean.Requests[at - 1]}: {seen}";
            Assert.That(seen.Shows(@new) || (seen.Shows(old) && !isDone), place);
            Assert.That(seen.IsReadable || !(isDone || operation.KeepsOldReadable), place);
            await bench.Operator.BreakLockAsync();
            await bench.Operator.TryAppendAsync(operation.File);
            await bench.Operator.WriteAsync(operation.File);
            seen = await bench.Operator.ReadAsync();
            Assert.That(seen.IsReadable && seen.Checksums?.Count == 1, $"{place}; then {seen}");
        }
    }

    private static CrashOperation On(SeriesOrigin origin, CodMode mode) => new(
        async store => await (await SeriesImage.BuildAsync(Small, [Small.Path(0, 0), Small.Path(1, 0)])).PutAsync(store, new SeriesNames("", Small.Id), origin),
        datastore => datastore.UpdateSeriesAsync(
            Small.Id.StudyUid, Small.Id.SeriesUid, mode, series => series.AppendAsync([Small.Instance(1, mode == CodMode.Write ? 1 : 0), Small.Instance(2, 0)])))
    {
        Id = Small.Id,
        File = Small.Path(3, 0),
        KeepsOldReadable = mode == CodMode.Append,
    };

    private static CrashOperation OnPython(CodMode mode) => new(
        PutPythonAsync,
        datastore => datastore.UpdateSeriesAsync(Python.Id.StudyUid, Python.Id.SeriesUid, mode, series => series.AppendAsync([new Instance(WriteOneMore())])))
    {
        Id = Python.Id,
        File = WriteOneMore(),
        KeepsOldReadable = mode == CodMode.Append,
    };

    private static CrashOperation Deleting(CrashOperation other) => other with
    {
        RunAsync = datastore => datastore.DeleteSeriesAsync(other.Id.StudyUid, other.Id.SeriesUid),
    };

    private static async Task PutPythonAsync(IObjectStore store)
    {
        var names = new SeriesNames("", Python.Id);
        foreach ((string name, string file) in new[] { (names.Tar, "series.tar"), (names.Index, "index.sqlite"), (names.Metadata, "metadata.json.gz") })
        {
            byte[] bytes = await File.ReadAllBytesAsync(Repository.TestData("cod", Python.Case, file));
            await store.UploadAsync(name, ObjectUpload.FromMemory(bytes), ObjectPrecondition.None);
        }
    }

    private static string WriteOneMore()
    {
        string path = Path.Combine(Small.Directory, "more.dcm");
        File.WriteAllBytes(path, DicomFileBuilder.Create()
            .Element(DicomTag.SOPInstanceUID, DicomVr.UI, Python.Id.SeriesUid + ".99")
            .Element(DicomTag.StudyInstanceUID, DicomVr.UI, Python.Id.StudyUid)
            .Element(DicomTag.SeriesInstanceUID, DicomVr.UI, Python.Id.SeriesUid)
            .ToArray());
        return path;
    }
}
