using System.Text.RegularExpressions;

namespace CloudOptimizedDicom.Tests.Conventions;

/// <summary>A patch of <c>tests/PlantedBugs</c>: a bug that a test has to catch.</summary>
internal sealed partial class PlantedBug
{
    private PlantedBug(string path)
    {
        Path = path;
        Name = System.IO.Path.GetFileNameWithoutExtension(path);
        string header = File.ReadAllText(path).Split("\ndiff ")[0];
        Bug = BugLine().Match(header).Groups["text"].Value;
        Match caught = CaughtByLine().Match(header);
        (Project, TestClass, TestMethod) = (caught.Groups["project"].Value, caught.Groups["class"].Value, caught.Groups["method"].Value);
    }

    public string Path { get; }

    /// <summary>Such as <c>01-lock-not-exclusive</c>.</summary>
    public string Name { get; }

    /// <summary>What is wrong in the code with the patch.</summary>
    public string Bug { get; }

    /// <summary>The project of the test that catches it.</summary>
    public string Project { get; }

    public string TestClass { get; }

    public string TestMethod { get; }

    public static IReadOnlyList<PlantedBug> ReadAll() =>
    [
        .. Directory.EnumerateFiles(System.IO.Path.Combine(Repository.Root, "tests", "PlantedBugs"), "*.patch")
            .Order(StringComparer.Ordinal)
            .Select(path => new PlantedBug(path)),
    ];

    [GeneratedRegex(@"^Bug: (?<text>.+)$", RegexOptions.Multiline)]
    private static partial Regex BugLine();

    [GeneratedRegex(@"^Caught by: (?<project>[\w.]+) (?<class>\w+)\.(?<method>\w+)$", RegexOptions.Multiline)]
    private static partial Regex CaughtByLine();
}
