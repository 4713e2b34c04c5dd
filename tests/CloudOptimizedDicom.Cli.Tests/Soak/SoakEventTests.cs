using CloudOptimizedDicom.TestProcess.Soak;

namespace CloudOptimizedDicom.Cli.Tests.Soak;

public sealed class SoakEventTests
{
    private const string Line = "Refused\t17\t3\t2\t4,5\ta | text\t.";

    [Test]
    public void Parse_WholeLine_IsWrittenAsItWas() => Assert.That(SoakEvent.Parse(Line)!.ToString(), Is.EqualTo(Line));

    [Test]
    public void Parse_LineThatItsProcessWasKilledIn_IsNothing() =>
        Assert.That(Enumerable.Range(0, Line.Length).Select(length => SoakEvent.Parse(Line[..length])), Is.All.Null);
}
