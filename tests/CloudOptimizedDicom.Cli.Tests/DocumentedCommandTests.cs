using System.Text.RegularExpressions;
using CloudOptimizedDicom.Tests;

namespace CloudOptimizedDicom.Cli.Tests;

/// <summary>The commands and options that the documents name are there.</summary>
[CancelAfter(120_000)]
public sealed partial class DocumentedCommandTests
{
    internal static IEnumerable<TestCaseData> Lines() =>
        from path in new[] { "README.md", "src/CloudOptimizedDicom.Cli/README.md" }
        from Match block in ShellBlock().Matches(File.ReadAllText(Path.Combine(Repository.Root, path)))
        from line in block.Groups["text"].Value.Split('\n')
        let command = Command().Match(line)
        where command.Success
        select new TestCaseData(command.Groups["name"].Value, Options().Matches(line).Select(option => option.Value).ToArray())
            .SetArgDisplayNames($"{path}: {line.Trim()}");

    [TestCaseSource(nameof(Lines))]
    public async Task Document_Line_NamesACommandAndItsOptions(string command, string[] options, CancellationToken cancellationToken)
    {
        CodProcess help = await CodProcess.RunAsync(cancellationToken, command, "--help");
        Assert.That((help.ExitCode, help.Errors), Is.EqualTo((0, "")));
        Assert.That(options.Except(Options().Matches(help.Output).Select(option => option.Value)), Is.Empty);
    }

    [Test]
    public async Task Readme_EveryCommand_IsListed(CancellationToken cancellationToken)
    {
        CodProcess help = await CodProcess.RunAsync(cancellationToken, "--help");
        string commands = help.Output[help.Output.IndexOf("Commands:", StringComparison.Ordinal)..];
        string[] names = [.. HelpCommand().Matches(commands).Select(match => match.Groups["name"].Value)];
        using (Assert.EnterMultipleScope())
        {
            Assert.That(names, Has.Length.GreaterThan(10));
            Assert.That(Lines().Select(line => line.Arguments[0]), Is.SupersetOf(names));
            Assert.That(help.Output, Does.Contain("--endpoint").And.Contain("--credentials").And.Contain("--user-project"));
        }
    }

    [GeneratedRegex(@"^```(?:sh|text)\n(?<text>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex ShellBlock();

    // Variables may stand before it, and words behind it that are no options.
    [GeneratedRegex(@"^(?:\w+=\S+ )*cod (?<name>[a-z]+)")]
    private static partial Regex Command();

    [GeneratedRegex(@"(?<![\w-])--?[a-z][a-z-]*")]
    private static partial Regex Options();

    [GeneratedRegex(@"^  (?<name>[a-z]+) ", RegexOptions.Multiline)]
    private static partial Regex HelpCommand();
}
