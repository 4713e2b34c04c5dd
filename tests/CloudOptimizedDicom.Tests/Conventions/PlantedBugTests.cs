using System.Diagnostics;

namespace CloudOptimizedDicom.Tests.Conventions;

/// <summary>The bugs that <c>tests/PlantedBugs/run</c> plants can be planted, and <c>docs/ARCHITECTURE.md</c> lists them.</summary>
public sealed class PlantedBugTests
{
    private static readonly IReadOnlyList<PlantedBug> Bugs = PlantedBug.ReadAll();

    internal static IEnumerable<string> Names => Bugs.Select(bug => bug.Name);

    [Test]
    public void Folder_HasThirtyOrMore_Numbered()
    {
        Assert.That(Bugs, Has.Count.GreaterThanOrEqualTo(30));
        Assert.That(Names.Select(name => name[..3]), Is.EqualTo(Enumerable.Range(1, Bugs.Count).Select(number => $"{number:00}-")));
    }

    [Test]
    public void Document_Table_ListsThem()
    {
        string[] document = File.ReadAllLines(Path.Combine(Repository.Root, "docs", "ARCHITECTURE.md"));
        IEnumerable<string> table = document.SkipWhile(line => line != "## Planted bugs").Where(line => line.StartsWith("| `", StringComparison.Ordinal));
        Assert.That(table, Is.EqualTo(Bugs.Select(bug => $"| `{bug.Name}` | {bug.Bug} | `{bug.TestClass}.{bug.TestMethod}` |")));
    }

    [TestCaseSource(nameof(Names))]
    public void Patch_TestThatCatchesIt_Exists(string name)
    {
        PlantedBug bug = Bugs.Single(bug => bug.Name == name);
        string folder = Path.Combine(Repository.Root, "tests", bug.Project);
        Assert.That(folder, Does.Exist);
        string[] sources = [.. Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories).Select(File.ReadAllText)];
        using (Assert.EnterMultipleScope())
        {
            Assert.That(sources, Has.Some.Matches($@"\bclass {bug.TestClass}\b"));
            Assert.That(sources, Has.Some.Matches($@"public [\w<>? ]+ {bug.TestMethod}\("));
        }
    }

    /// <summary>Whoever changes the lines of a patch makes it anew, with the same bug in the code as it is then.</summary>
    [TestCaseSource(nameof(Names))]
    public void Patch_CodeAsItIs_Applies(string name)
    {
        string patch = Bugs.Single(bug => bug.Name == name).Path;
        var command = new ProcessStartInfo("git", ["-c", "safe.directory=*", "apply", "--check", patch])
        {
            WorkingDirectory = Repository.Root,
            RedirectStandardError = true,
        };
        using var git = Process.Start(command)!;
        string errors = git.StandardError.ReadToEnd();
        git.WaitForExit();
        Assert.That(git.ExitCode, Is.Zero, errors);
    }
}
