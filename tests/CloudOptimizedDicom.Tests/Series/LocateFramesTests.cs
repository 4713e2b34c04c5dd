using CloudOptimizedDicom.Part10;
using CloudOptimizedDicom.Tests.Golden;

namespace CloudOptimizedDicom.Tests.Series;

/// <summary>Frames of stored series, by the tables of whoever stored them.</summary>
public sealed class LocateFramesTests
{
    private TemporaryDatastore _store = null!;

    [SetUp]
    public async Task CreateStore() => _store = await TemporaryDatastore.CreateAsync();

    [TearDown]
    public async Task DeleteStore() => await _store.DisposeAsync();

    [TestCase("mf_native__v2")]
    [TestCase("mf_jpeg__v2")]
    [TestCase("mf_rle__v2")]
    public async Task LocateFramesAsync_SeriesOfPython_AgreesWithWhatTheFilesSay(string goldenCase)
    {
        GoldenSeries golden = GoldenSeries.All().Single(series => series.Case == goldenCase);
        golden.CopyTo(_store.StorePath);
        await using CodObject series = await _store.OpenAsync(golden.Id, CodMode.Read);
        int tables = 0;
        foreach (Instance instance in series.GetInstances())
        {
            FrameIndex? located = await series.LocateFramesAsync(instance.Record!.Uid);
            await using Stream stream = await series.OpenInstanceAsync(instance);
            InstanceScan scan = await InstanceScan.FromStreamAsync(stream);
            if (located is not null)
            {
                tables++;
                Assert.That(located.Offsets.ToArray(), Is.EqualTo(scan.Frames!.Offsets.ToArray()), instance.OriginalPath);
                Assert.That(located.Lengths.ToArray(), Is.EqualTo(scan.Frames.Lengths.ToArray()), instance.OriginalPath);
            }
        }

        Assert.That(tables, Is.GreaterThanOrEqualTo(4));
    }

    [Test]
    public async Task LocateFramesAsync_SeriesOfOurs_GivesItsTable()
    {
        string file = Repository.TestData("dicom", "mf_native", "16bit.dcm");
        InstanceScan scan = await InstanceScan.FromFileAsync(file);
        var id = new SeriesId(scan.StudyUid!, scan.SeriesUid!);
        await _store.StoreAsync(id, CodMode.Write, [file]);
        await using CodObject series = await _store.OpenAsync(id, CodMode.Read);
        FrameIndex? located = await series.LocateFramesAsync(scan.InstanceUid!);
        Assert.That(located!.Offsets.ToArray(), Is.EqualTo(scan.Frames!.Offsets.ToArray()));
    }
}
