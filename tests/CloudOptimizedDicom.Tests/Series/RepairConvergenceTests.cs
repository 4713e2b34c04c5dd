
namespace CloudOptimizedDicom.Tests.Series;

/// <summary>Whatever archive is in the place of a series', one repair is enough: a second one finds nothing to do.</summary>
public sealed class RepairConvergenceTests
{
    private TemporaryDatastore _store = null!;
    private DamagedSeries _series = null!;

    public static IEnumerable<int> Seeds => Enumerable.Range(1, LongRun.Count(120, 5000));

    [SetUp]
    public async Task StoreSeries()
    {
        _store = await TemporaryDatastore.CreateAsync();
        _series = new DamagedSeries(_store.Datastore);
        await _series.CreateAsync(_store.Datastore);
    }

    [TearDown]
    public ValueTask DeleteStore() => _store.DisposeAsync();

    [Test]
    public async Task RepairSeriesAsync_ForeignArchiveBySeed_HasNothingToDoTheSecondTime()
    {
        byte[] metadata = (await _series.ReadAsync(_series.Names.Metadata))!;
        (string, byte[])[] instances = [.. (await _store.ReadAllAsync(DamagedSeries.Id)).Select(read => (SeriesNames.Member(read.Uid), read.Bytes))];
        foreach (int seed in Seeds)
        {
            var archive = new RandomArchive(seed);
            byte[] tar = archive.Create(instances);
            await _series.EditAsync(_series.Names.Tar, _ => tar);
            await _series.EditAsync(_series.Names.Metadata, _ => seed % 3 == 0 ? null : metadata);
            RepairReport first = await RepairAsync();
            RepairReport second = await RepairAsync();
            IntegrityReport found = await _store.Datastore.VerifySeriesAsync(DamagedSeries.Id.StudyUid, DamagedSeries.Id.SeriesUid);
            using (Assert.EnterMultipleScope())
            {
                Assert.That(second.Actions, Is.Empty, $"seed {seed}: {archive.Description}\n{string.Join('\n', first.Actions)}");
                Assert.That(found.Findings.Where(finding => finding.IsDamage), Is.Empty, $"seed {seed}: {archive.Description}");
            }
        }
    }

    [TestCase("instances/")]
    [TestCase("./notes.txt")]
    [TestCase("./")]
    public async Task RepairSeriesAsync_FolderOrNameThatAnIndexHasOtherwise_IsIdleTheSecondTime(string name)
    {
        byte[] tar = (await _series.ReadAsync(_series.Names.Tar))!;
        using var added = new MemoryStream();
        await using (var writer = new System.Formats.Tar.TarWriter(added, leaveOpen: true))
        {
            writer.WriteEntry(new System.Formats.Tar.UstarTarEntry(
                name.EndsWith('/') ? System.Formats.Tar.TarEntryType.Directory : System.Formats.Tar.TarEntryType.RegularFile, name));
        }

        await _series.EditAsync(_series.Names.Tar, _ => [.. added.ToArray()[..512], .. tar]);
        Assert.That((await RepairAsync()).HasWritten, Is.True);
        Assert.That((await RepairAsync()).Actions, Is.Empty);
    }

    private Task<RepairReport> RepairAsync() =>
        _store.Datastore.RepairSeriesAsync(DamagedSeries.Id.StudyUid, DamagedSeries.Id.SeriesUid, new RepairOptions { ForgetLost = true });
}
