using System.Text.RegularExpressions;

namespace CloudOptimizedDicom.Tests.Conventions;

/// <summary>What <c>docs/FORMAT.md</c> claims is tested, and where it says.</summary>
public sealed partial class FormatDocumentTests
{
    private static readonly string Folder = Path.Combine(Repository.Root, "docs");
    private static readonly string Text = File.ReadAllText(Path.Combine(Folder, "FORMAT.md"));

    internal static IEnumerable<string[]> Links() => TestLink().Matches(Text).Select(link => (string[])[link.Groups[1].Value, link.Groups[2].Value]);

    [TestCaseSource(nameof(Links))]
    public void Document_LinkedTest_Exists(string test, string path)
    {
        string file = Path.GetFullPath(Path.Combine(Folder, path));
        Assert.That(file, Does.Exist);
        Assert.That(File.ReadAllText(file), Does.Match($@"public [\w<>? ]+ {test}\("));
    }

    [Test]
    public void Document_EveryDifference_HasATest()
    {
        string[] rows = [.. Text[Text.IndexOf("## Differences", StringComparison.Ordinal)..].Split('\n').Where(line => line.StartsWith("| ", StringComparison.Ordinal)).Skip(1)];
        Assert.That(rows, Has.Length.GreaterThan(20));
        Assert.That(rows.Where(row => !TestLink().IsMatch(row)), Is.Empty);
    }

    [GeneratedRegex(@"\[(\w+_\w+)\]\((\.\./tests/[\w./]+\.cs)\)")]
    private static partial Regex TestLink();
}
