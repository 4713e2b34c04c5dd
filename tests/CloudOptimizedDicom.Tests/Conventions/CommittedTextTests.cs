using System.Diagnostics;
using System.Text.RegularExpressions;

namespace CloudOptimizedDicom.Tests.Conventions;

public sealed partial class CommittedTextTests
{
    [Test]
    public void Repository_CommittedText_NamesNoPathOfOneMachine()
    {
        string[] files = [.. CommittedFiles().Where(path => !path.StartsWith("tests/TestData/", StringComparison.Ordinal))];
        using (Assert.EnterMultipleScope())
        {
            Assert.That(files, Does.Contain("CloudOptimizedDicom.sln"));
            Assert.That(
                from path in files
                let text = ReadText(Path.Combine(Repository.Root, path))
                from Match match in MachinePaths().Matches(text)
                select $"{path}: {match.Value}",
                Is.Empty);
        }
    }

    [TestCase("/ro" + "ot/.nuget", true)]
    [TestCase("cd /ho" + "me/somebody", true)]
    [TestCase("\"/tm" + "p/store\"", true)]
    [TestCase("file:///wo" + "rk/main", true)]
    [TestCase("gs://bucket/home/x", false)]
    [TestCase("/tm" + "p", false)]
    [TestCase("src/work/x", false)]
    public void MachinePaths_Text_IsFoundWhenThePathIsAbsolute(string text, bool expected) =>
        Assert.That(MachinePaths().IsMatch(text), Is.EqualTo(expected));

    private static string[] CommittedFiles()
    {
        // A build machine's working copy often belongs to somebody else, which git refuses unless told.
        var command = new ProcessStartInfo("git", ["-c", "safe.directory=*", "ls-files", "-z"])
        {
            WorkingDirectory = Repository.Root,
            RedirectStandardOutput = true,
        };
        using var git = Process.Start(command)!;
        string output = git.StandardOutput.ReadToEnd();
        git.WaitForExit();
        Assert.That(git.ExitCode, Is.Zero);
        return output.Split('\0', StringSplitOptions.RemoveEmptyEntries);
    }

    // A file that was deleted but not yet committed has no text; one with a NUL is no text.
    private static string ReadText(string path)
    {
        string text = File.Exists(path) ? File.ReadAllText(path) : "";
        return text.Contains('\0', StringComparison.Ordinal) ? "" : text;
    }

    [GeneratedRegex(@"(?<![\w.}-])/(?:root|home|tmp|work)/[\w.]")]
    private static partial Regex MachinePaths();
}
