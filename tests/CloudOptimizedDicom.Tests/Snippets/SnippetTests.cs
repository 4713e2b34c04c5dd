using System.Text.RegularExpressions;
using CloudOptimizedDicom.Diagnostics;
using CloudOptimizedDicom.Testing;
using CloudOptimizedDicom.Testing.Objects;
using CloudOptimizedDicom.Tests.Series;
using Microsoft.Extensions.DependencyInjection;
using Snippets;

namespace CloudOptimizedDicom.Tests.Snippets;

/// <summary>
/// The C# in the documents is that of the files beside this one, and runs. One line is left out: the README's about fo-dicom, which
/// is no dependency here.
/// </summary>
[NonParallelizable]
public sealed partial class SnippetTests
{
    private static readonly string SourceFolder = Path.Combine(Repository.Root, "tests", "CloudOptimizedDicom.Tests", "Snippets");

    private string _folder = "";
    private string _previousFolder = "";
    private TextWriter? _previousOutput;
    private StringWriter _output = new();

    [SetUp]
    public void EnterFolder()
    {
        _folder = Directory.CreateTempSubdirectory("cod-snippets-").FullName;
        (_previousFolder, _previousOutput) = (Directory.GetCurrentDirectory(), Console.Out);
        Directory.SetCurrentDirectory(_folder);
        Directory.CreateDirectory("scan");
        File.WriteAllBytes(Path.Combine("scan", "0001.dcm"), FrameFile.Native(1, 50, 16));
        File.WriteAllBytes(Path.Combine("scan", "0002.dcm"), FrameFile.Native(2, 50, 16));
        _output = new StringWriter();
        Console.SetOut(_output);
    }

    [TearDown]
    public void LeaveFolder()
    {
        Console.SetOut(_previousOutput!);
        _output.Dispose();
        Directory.SetCurrentDirectory(_previousFolder);
        Directory.Delete(_folder, recursive: true);
    }

    internal static IEnumerable<TestCaseData> Blocks() =>
        from path in Documents()
        from Match block in CSharpBlock().Matches(File.ReadAllText(path))
        select new TestCaseData(block.Groups["name"].Value, block.Groups["text"].Value)
            .SetArgDisplayNames($"{Path.GetRelativePath(Repository.Root, path)}: {block.Groups["name"].Value}");

    [TestCaseSource(nameof(Blocks))]
    public void Document_CSharpBlock_IsTheSourceThatItNames(string name, string text) =>
        Assert.That(text, Is.EqualTo(ReadSource(name)), "a comment <!-- snippet:NAME --> stands before each block");

    [Test]
    public void Source_EverySnippet_IsInADocument() =>
        Assert.That(
            SourceMark().Matches(AllSources()).Select(mark => mark.Groups["name"].Value).Distinct(),
            Is.EquivalentTo(Blocks().Select(block => block.Arguments[0])));

    [Test]
    public async Task Library_Snippet_StoresReadsAndVerifies()
    {
        File.WriteAllText("day.csv", $"uri\n{Repository.TestData("dicom", "ct5", "0.dcm")}\n");
        await LibrarySnippet.RunAsync(FrameFile.Series.StudyUid, FrameFile.Series.SeriesUid, FrameFile.Uid(2));
        Assert.That(_output.ToString(), Does.Contain("2 new, 0 same, 0 conflicting").And.Contain("50: 1 x 16").And.Contain("1 new, 0 failed"));
    }

    [Test]
    public async Task Package_Snippet_StoresInABucketAndReads()
    {
        await using GcsEmulator emulator = await GcsEmulator.StartAsync();
        await using (FileStream scan = File.OpenRead(Path.Combine("scan", "0002.dcm")))
        {
            await emulator.Core.InsertAsync("inbox", "0002.dcm", scan, new GcsObjectAttributes(), new GcsConditions(), CancellationToken.None);
        }

        string? previous = Environment.GetEnvironmentVariable("STORAGE_EMULATOR_HOST");
        Environment.SetEnvironmentVariable("STORAGE_EMULATOR_HOST", emulator.Endpoint.ToString());
        try
        {
            await PackageSnippet.RunAsync(FrameFile.Series.StudyUid, FrameFile.Series.SeriesUid, FrameFile.Uid(2));
        }
        finally
        {
            Environment.SetEnvironmentVariable("STORAGE_EMULATOR_HOST", previous);
        }

        Assert.That(_output.ToString(), Is.EqualTo($"2 new, 0 same{Environment.NewLine}"));
    }

    [Test]
    public async Task Emulator_Snippet_StoresDespiteTheFault()
    {
        Instance[] instances = [new(Path.Combine("scan", "0001.dcm")), new(Path.Combine("scan", "0002.dcm"))];
        await EmulatorSnippet.RunAsync(instances.ToAsyncEnumerable());
        Assert.That(_output.ToString(), Does.Contain($"{FrameFile.Series}: 2 new").And.Match(@"\d+ requests"));
    }

    [Test]
    public void Telemetry_Snippet_NamesTheMeterAndTheSource()
    {
        var services = new ServiceCollection();
        TelemetrySnippet.Run(services);
        var telemetry = (OpenTelemetryStandIn)services.Last().ImplementationInstance!;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(services, Has.Some.Property(nameof(ServiceDescriptor.ServiceType)).EqualTo(typeof(CodDatastore)));
            Assert.That(telemetry.Meters, Is.EqualTo(new[] { CodMeter.Name }));
            Assert.That(telemetry.Sources, Is.EqualTo(new[] { CodMeter.Name }));
        }
    }

    private static IEnumerable<string> Documents() =>
    [
        Path.Combine(Repository.Root, "README.md"),
        .. Directory.EnumerateFiles(Path.Combine(Repository.Root, "docs"), "*.md", SearchOption.AllDirectories),
        .. Directory.EnumerateDirectories(Path.Combine(Repository.Root, "src")).Select(project => Path.Combine(project, "README.md")).Where(File.Exists),
    ];

    /// <summary>The text between the marks, without its indentation; what stands in several places is a paragraph each.</summary>
    private static string ReadSource(string name) => string.Join(
        "\n",
        Source().Matches(AllSources())
            .Where(match => match.Groups["name"].Value == name)
            .Select(match => Regex.Replace(match.Groups["text"].Value, $"^{match.Groups["indent"].Value}", "", RegexOptions.Multiline)));

    private static string AllSources() => string.Concat(Directory.EnumerateFiles(SourceFolder, "*Snippet.cs").Select(File.ReadAllText));

    [GeneratedRegex(@"(?:<!-- snippet:(?<name>\w+) -->\n)?^```csharp\n(?<text>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex CSharpBlock();

    [GeneratedRegex(@"// <snippet:(?<name>\w+)>")]
    private static partial Regex SourceMark();

    [GeneratedRegex(@"^(?<indent> *)// <snippet:(?<name>\w+)>\n(?<text>.*?)^ *// </snippet>", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Source();
}
