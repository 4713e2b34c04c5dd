namespace CloudOptimizedDicom.Tests.Instances;

public sealed class InstanceTests
{
    private static readonly Hints Hints = new() { StudyUid = "1.2", SeriesUid = "1.2.3", InstanceUid = "1.2.3.4" };

    [Test]
    public async Task GetHashedUid_HasherGiven_HashesThatOfTheFile()
    {
        var instance = new Instance("none.dcm") { Hints = Hints, UidHasher = uid => $"h{uid}" };
        using (Assert.EnterMultipleScope())
        {
            Assert.That(await instance.GetHashedStudyUidAsync(), Is.EqualTo("h1.2"));
            Assert.That(await instance.GetHashedSeriesUidAsync(), Is.EqualTo("h1.2.3"));
            Assert.That(await instance.GetHashedInstanceUidAsync(), Is.EqualTo("h1.2.3.4"));
            Assert.That(await instance.GetInstanceUidAsync(), Is.EqualTo("1.2.3.4"));
        }
    }

    [Test]
    public void GetHashedUid_NoHasher_IsMisuse() =>
        Assert.ThrowsAsync<InvalidOperationException>(() => new Instance("none.dcm") { Hints = Hints }.GetHashedInstanceUidAsync());

    [Test]
    public void GetHashedUid_HasherGivesWhatCannotBeAName_IsRefused() =>
        Assert.ThrowsAsync<UidHashingException>(() => new Instance("none.dcm") { Hints = Hints, UidHasher = _ => "../1" }.GetHashedInstanceUidAsync());
}
