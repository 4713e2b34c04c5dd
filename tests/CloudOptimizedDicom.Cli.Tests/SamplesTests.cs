using CloudOptimizedDicom.Tests;

namespace CloudOptimizedDicom.Cli.Tests;

/// <summary>The samples, run as their readers run them.</summary>
[CancelAfter(300_000)]
public sealed class SamplesTests
{
    private string _store = "";

    [SetUp]
    public void CreateStore() => _store = Directory.CreateTempSubdirectory("cod-samples-").FullName;

    [TearDown]
    public void DeleteStore() => Directory.Delete(_store, recursive: true);

    [Test]
    public async Task QuickStart_Twice_StoresOnceAndPrintsTags(CancellationToken cancellationToken)
    {
        CodProcess first = await QuickStartAsync(cancellationToken);
        CodProcess second = await QuickStartAsync(cancellationToken);
        using (Assert.EnterMultipleScope())
        {
            Assert.That((first.ExitCode, first.Errors), Is.EqualTo((0, "")));
            Assert.That(first.Output, Does.Contain("5 new, 0 same").And.Contain("Golden^").And.Contain("  Intact"));
            Assert.That(second.Output, Does.Contain("0 new, 5 same"));
        }
    }

    [Test]
    public async Task ListSeries_Script_PrintsALineForEachSeries(CancellationToken cancellationToken)
    {
        await QuickStartAsync(cancellationToken);
        string script = Path.Combine(Repository.Root, "samples", "Scripts", "list-series.cs");
        string configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;
        CodProcess listed = await CodProcess.RunAsync(
            CodProcess.DotnetHost, ["run", "--configuration", configuration, script, "--", _store], cancellationToken, Repository.Root);
        Assert.That((listed.ExitCode, listed.Errors), Is.EqualTo((0, "")), listed.Output);
        string[] fields = listed.Output.Trim().Split('\t');
        Assert.That(fields, Has.Length.EqualTo(4));
        Assert.That((fields[1], fields[3]), Is.EqualTo(("CT", "5")));
    }

    private Task<CodProcess> QuickStartAsync(CancellationToken cancellationToken) => CodProcess.RunAsync(
        CodProcess.DotnetHost, ["exec", CodProcess.InOutput("QuickStart.dll"), SeriesFiles.Folder, _store], cancellationToken);
}
