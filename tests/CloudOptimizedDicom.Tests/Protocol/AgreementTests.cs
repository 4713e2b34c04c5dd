using CloudOptimizedDicom.Part10;
using CloudOptimizedDicom.Storage;
using CloudOptimizedDicom.Storage.GoogleCloud;
using CloudOptimizedDicom.Testing;
using CloudOptimizedDicom.Testing.Objects;
using CloudOptimizedDicom.Tests.Part10;

namespace CloudOptimizedDicom.Tests.Protocol;

/// <summary>Verification, repair, copy and append agree on every state that both libraries, and writers of both that die, can make.</summary>
public sealed class AgreementTests
{
    private const int Operations = 7;

    private static readonly int Seeds = LongRun.Count(ci: 60, @long: 2000);
    private static readonly int SeedsOverHttp = LongRun.Count(ci: 6, @long: 200);

    private SmallInstances _files = null!;
    private string _more = "";

    [OneTimeSetUp]
    public void WriteFiles()
    {
        _files = new SmallInstances(new SeriesId("1.2.826.0.1.3680043.8.498.7014.1", "1.2.826.0.1.3680043.8.498.7014.1.1"));
        _more = Path.Combine(_files.Directory, "more.dcm");
        File.WriteAllBytes(_more, DicomFileBuilder.Create()
            .Element(DicomTag.SOPInstanceUID, DicomVr.UI, $"{_files.Id.SeriesUid}.99")
            .Element(DicomTag.StudyInstanceUID, DicomVr.UI, _files.Id.StudyUid)
            .Element(DicomTag.SeriesInstanceUID, DicomVr.UI, _files.Id.SeriesUid)
            .ToArray());
    }

    [OneTimeTearDown]
    public void DeleteFiles() => _files.Dispose();

    [Test]
    public async Task Series_OfBothLibraries_IsJudgedAlikeByAll_InMemory()
    {
        for (int seed = 1; seed <= Seeds; seed++)
        {
            using var core = new GcsObjectCore();
            await RunAsync(seed, InBucket(core, "store", new CoreObjectStore(core, "store")));
        }
    }

    [Test]
    public async Task Series_OfBothLibraries_IsJudgedAlikeByAll_InADirectory()
    {
        for (int seed = 1; seed <= Seeds; seed++)
        {
            string directory = Directory.CreateDirectory(Path.Combine(_files.Directory, $"store-{seed}")).FullName;
            await using var local = new LocalObjectStore(directory);
            var foreign = ForeignObjects.In(directory);
            await RunAsync(seed, new AgreementStore(local, foreign, name => foreign.WriteAsync(name, foreign.Read(name)!)));
            Directory.Delete(directory, recursive: true);
        }
    }

    [Test]
    public async Task Series_OfBothLibraries_IsJudgedAlikeByAll_OverHttp()
    {
        await using GcsEmulator emulator = await GcsEmulator.StartAsync();
        for (int seed = 1; seed <= SeedsOverHttp; seed++)
        {
            string bucket = emulator.Core.CreateBucket($"agreement-{seed}").Name;
            await using var store = new GcsObjectStore(bucket, new GcsObjectStoreOptions { Endpoint = emulator.Endpoint });
            await RunAsync(seed, InBucket(emulator.Core, bucket, store));
        }
    }

    private static AgreementStore InBucket(GcsObjectCore core, string bucket, IObjectStore store) => new(
        store,
        ForeignObjects.In(core, bucket),
        name => core.CopyAsync((bucket, name), GcsConditions.None, (bucket, name), attributes: null, GcsConditions.None));

    private async Task RunAsync(int seed, AgreementStore store)
    {
        var run = new AgreementRun(store, _files, _more, new Random(seed));
        try
        {
            await run.RunAsync(Operations);
        }
        catch (Exception error)
        {
            Assert.Fail($"seed {seed}:\n{string.Join('\n', run.Trace)}\n{error}");
        }
    }
}
