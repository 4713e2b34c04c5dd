using CloudOptimizedDicom.Storage.Local;

namespace CloudOptimizedDicom.Tests.Storage.Local;

public sealed class WindowsNameTests
{
    [TestCase("1.2.840.tar", true)]
    [TestCase(".gradient.lock", true)]
    [TestCase("console", true)]
    [TestCase("com10", true)]
    [TestCase("nul", false)]
    [TestCase("CON.txt", false)]
    [TestCase("Com1", false)]
    [TestCase("lpt9 .x", false)]
    [TestCase("a.", false)]
    [TestCase("a ", false)]
    [TestCase("a:b", false)]
    [TestCase("a?", false)]
    public void IsValid_Segment_IsWhatWindowsKeepsAsItIs(string segment, bool expected) =>
        Assert.That(WindowsName.IsValid(segment), Is.EqualTo(expected));
}
