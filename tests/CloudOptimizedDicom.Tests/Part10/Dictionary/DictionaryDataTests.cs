using System.Diagnostics;

namespace CloudOptimizedDicom.Tests.Part10.Dictionary;

/// <summary>The committed data is what the generator makes of the sources that it names.</summary>
public sealed class DictionaryDataTests
{
    private string _fresh = "";

    [SetUp]
    public void CreateDirectory() => _fresh = Directory.CreateTempSubdirectory("cod-dictionary-").FullName;

    [TearDown]
    public void DeleteDirectory() => Directory.Delete(_fresh, recursive: true);

    [Test]
    public async Task Generator_SameSources_WritesTheCommittedFiles()
    {
        string part10 = Path.Combine(Repository.Root, "src", "CloudOptimizedDicom", "Part10");
        string data = Path.Combine(part10, "Dictionary");
        if (await RunAsync("/usr/bin/python3", Path.Combine(data, "generate.py"), _fresh) is { } failure)
        {
            GiveUp(failure);
        }

        if (Sources(_fresh) != Sources(data))
        {
            GiveUp($"Other sources are installed: {Sources(_fresh)}");
        }

        using (Assert.EnterMultipleScope())
        {
            AssertSame(data, "public.tsv");
            AssertSame(data, "private.txt");
            AssertSame(part10, "DicomTag.Keywords.cs");
        }
    }

    private static string Sources(string directory) => File.ReadLines(Path.Combine(directory, "public.tsv")).First();

    private static void GiveUp(string reason)
    {
        if (Environment.GetEnvironmentVariable("CI") == "true")
        {
            Assert.Fail(reason);
        }

        Assert.Ignore(reason);
    }

    private static async Task<string?> RunAsync(string program, params string[] arguments)
    {
        if (!File.Exists(program))
        {
            return $"{program} is not there.";
        }

        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        string errors = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? null : errors;
    }

    private void AssertSame(string committed, string name) =>
        Assert.That(
            File.ReadAllBytes(Path.Combine(_fresh, name)).AsSpan().SequenceEqual(File.ReadAllBytes(Path.Combine(committed, name))),
            Is.True,
            $"{name} differs: run generate.py");
}
