using CloudOptimizedDicom.TestProcess.Soak;

namespace CloudOptimizedDicom.Cli.Tests.Soak;

/// <summary>What a ledger takes for wrong; times are given as they come.</summary>
public sealed class SoakLedgerTests
{
    private readonly string _scratch = Path.Combine(AppContext.BaseDirectory, "no-such-folder");

    private SoakLedger _ledger = null!;
    private long _time;

    [SetUp]
    public void Begin() => _ledger = new SoakLedger();

    [Test]
    public void Settle_AcknowledgedInstanceIsMissing_IsLost()
    {
        Acknowledge(Begin(SoakEventKind.Append, 1, 2));
        Assert.That(Settle(1), Is.EqualTo(new[] { "LOST" }));
    }

    [Test]
    public void Settle_AcknowledgedInEarlierRoundIsMissing_IsLost()
    {
        Acknowledge(Begin(SoakEventKind.Append, 1));
        Assert.That(Settle(1), Is.Empty);
        Assert.That(Settle(), Is.EqualTo(new[] { "LOST" }));
    }

    [Test]
    public void Settle_NobodyAcknowledged_MayBeThereOrNot([Values] bool isStored)
    {
        Begin(SoakEventKind.Append, 1);
        Assert.That(isStored ? Settle(1) : Settle(), Is.Empty);
    }

    [Test]
    public void Settle_OriginWasDeletedByTheLibrary_CountsAsAcknowledged()
    {
        Begin(SoakEventKind.AppendAndDelete, 1);
        Assert.That(Settle(), Is.EqualTo(new[] { "LOST" }));
    }

    [Test]
    public void Settle_RemovalThatNeverEnded_MayHaveTakenEffect([Values] bool replaces)
    {
        Acknowledge(Begin(SoakEventKind.Append, 1));
        Begin(replaces ? SoakEventKind.Replace : SoakEventKind.Remove, replaces ? 2 : 1);
        Assert.That(_ledger.MayBeGone(1), Is.True);
        Assert.That(Settle(), Is.Empty);
    }

    [Test]
    public void Settle_RemovalEndedBeforeTheAppendBegan_ExcusesNothing()
    {
        Acknowledge(Begin(SoakEventKind.Remove, 1));
        Acknowledge(Begin(SoakEventKind.Append, 1));
        Assert.That(Settle(), Is.EqualTo(new[] { "LOST" }));
    }

    [Test]
    public void Settle_AcknowledgedRemoval_IsNotTakenBack()
    {
        Acknowledge(Begin(SoakEventKind.Append, 1));
        Acknowledge(Begin(SoakEventKind.Remove, 1));
        Assert.That(Settle(1), Is.EqualTo(new[] { "BACK" }));
    }

    [Test]
    public void Settle_AppendBesideTheRemoval_MayComeAfterIt([Values] bool isStored)
    {
        SoakChange append = Begin(SoakEventKind.Append, 1);
        Acknowledge(Begin(SoakEventKind.Remove, 1));
        Acknowledge(append);
        Assert.That(isStored ? Settle(1) : Settle(), Is.Empty);
    }

    [Test]
    public void Settle_NobodyOffered_IsForeign() => Assert.That(Settle(1), Is.EqualTo(new[] { "FOREIGN" }));

    [Test]
    public void Settle_ReaderMissesWhatWasAcknowledgedBefore_IsUnseen()
    {
        Acknowledge(Begin(SoakEventKind.Append, 1));
        _ledger.Saw(++_time, []);
        Assert.That(Settle(1), Is.EqualTo(new[] { "UNSEEN" }));
    }

    [TestCase(1, ExpectedResult = "FIELD")]
    [TestCase(2, ExpectedResult = "")]
    [TestCase(3, ExpectedResult = "")]
    [TestCase(4, ExpectedResult = "FIELD")]
    public string Settle_Field_IsBetweenTheLastAcknowledgedAndTheLastOffered(int value)
    {
        Acknowledge(Begin(SoakEventKind.Edit, 2));
        Begin(SoakEventKind.Edit, 3);
        return string.Concat(Kinds(_ledger.Settle([], new Dictionary<int, int> { [7] = value }, _scratch, series: 0)));
    }

    private static string[] Kinds(IEnumerable<string> wrong) => [.. wrong.Select(line => line.Split(':')[0])];

    private string[] Settle(params int[] stored) => Kinds(_ledger.Settle([.. stored], fields: null, _scratch, series: 0));

    private SoakChange Begin(SoakEventKind kind, params int[] numbers) =>
        _ledger.Begin(kind, writer: 7, new SoakEvent(kind, ++_time, Operation: 0, Series: 0, numbers, ""));

    private void Acknowledge(SoakChange change) => _ledger.Acknowledge(change, ++_time);
}
