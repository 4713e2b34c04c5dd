namespace CloudOptimizedDicom.Tests.Series;

public sealed class SeriesGrouperTests
{
    private const string Study = "1.2.826.0.1.3680043.8.498.7001.93";

    private CodDatastore _datastore = null!;

    [SetUp]
    public async Task OpenAsync() => _datastore = await CodDatastore.OpenAsync(Path.Combine(TestContext.CurrentContext.WorkDirectory, "none"));

    [TearDown]
    public Task CloseAsync() => _datastore.DisposeAsync().AsTask();

    [Test]
    public async Task Group_HintsAndFilesMixed_KeepsTheOrderWithinASeries()
    {
        Instance[] instances =
        [
            Hinted("a", 1), new(Repository.TestData("dicom", "appendset", "1.dcm")), Hinted("b", 1), Hinted("c", 2),
            new(Repository.TestData("dicom", "appendset", "2.dcm")), Hinted("d", 1),
        ];
        var grouper = new SeriesGrouper(_datastore);
        List<SeriesGroup> groups = await grouper.GroupAsync(instances.ToAsyncEnumerable()).ToListAsync();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(groups.Select(group => group.Id.SeriesUid), Is.EqualTo(new[] { "9.2", $"{Study}.1", "9.1" }));
            Assert.That(groups[0].Instances, Is.EqualTo(new[] { instances[3] }));
            Assert.That(groups[1].Instances, Is.EqualTo(new[] { instances[1], instances[4] }));
            Assert.That(groups[2].Instances, Is.EqualTo(new[] { instances[0], instances[2], instances[5] }));
            Assert.That(groups.Select(group => group.IsRepeat), Is.All.False);
        }
    }

    [Test]
    public async Task Group_HintedFilesThatDoNotExist_AreNotRead() =>
        Assert.That(await new SeriesGrouper(_datastore).GroupAsync(new[] { Hinted("gs://none/1", 1) }.ToAsyncEnumerable()).ToListAsync(), Has.Count.EqualTo(1));

    [Test]
    public async Task Group_MoreThanMayWait_GivesOutWhatWaitsLongestAndCountsRepeats()
    {
        Instance[] sorted = [Hinted("a", 1), Hinted("b", 1), Hinted("c", 2), Hinted("d", 2), Hinted("e", 3)];
        Instance[] shuffled = [Hinted("a", 1), Hinted("c", 2), Hinted("e", 3), Hinted("b", 1), Hinted("d", 2)];
        (List<string> ofSorted, int sortedRepeats) = await GroupAsync(sorted, maxWaiting: 2);
        (List<string> ofShuffled, int shuffledRepeats) = await GroupAsync(shuffled, maxWaiting: 2);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(ofSorted, Is.EqualTo(new[] { "9.1:ab", "9.2:cd", "9.3:e" }));
            Assert.That(sortedRepeats, Is.Zero);
            Assert.That(ofShuffled, Is.EqualTo(new[] { "9.1:a", "9.2:c", "9.3:e", "9.1:b", "9.2:d" }));
            Assert.That(shuffledRepeats, Is.EqualTo(2));
        }
    }

    [Test]
    public async Task Group_UnreadableOnes_AreToldAndCostNoOther()
    {
        Instance[] instances = [new("none.dcm"), Hinted("a", 1), new(Repository.TestData("dicom_manifest.json"))];
        var unknown = new List<AppendError>();
        var grouper = new SeriesGrouper(_datastore) { OnUnknown = error => Add(unknown, error), MaxParallelism = 1 };
        List<SeriesGroup> groups = await grouper.GroupAsync(instances.ToAsyncEnumerable()).ToListAsync();
        Assert.That(groups.Single().Instances, Is.EqualTo(new[] { instances[1] }));
        Assert.That(unknown.Select(error => error.Instance), Is.EqualTo(new[] { instances[0], instances[2] }));
    }

    [Test]
    public void Group_UnreadableOneWithNobodyToTell_IsThrown() => Assert.ThrowsAsync<SourceReadException>(
        async () => await new SeriesGrouper(_datastore).GroupAsync(new[] { new Instance("none.dcm") }.ToAsyncEnumerable()).ToListAsync());

    private static Instance Hinted(string uri, int series) => new(uri)
    {
        Hints = new Hints { StudyUid = "9", SeriesUid = $"9.{series}", InstanceUid = $"9.{series}.1" },
    };

    private static ValueTask Add(List<AppendError> list, AppendError error)
    {
        list.Add(error);
        return ValueTask.CompletedTask;
    }

    private async Task<(List<string> Groups, int Repeats)> GroupAsync(Instance[] instances, int maxWaiting)
    {
        var grouper = new SeriesGrouper(_datastore) { MaxWaiting = maxWaiting };
        List<SeriesGroup> groups = await grouper.GroupAsync(instances.ToAsyncEnumerable()).ToListAsync();
        return (
            [.. groups.Select(group => $"{group.Id.SeriesUid}:{string.Concat(group.Instances.Select(instance => instance.DicomUri))}")],
            groups.Count(group => group.IsRepeat));
    }
}
