using System.IO.Compression;
using System.Reflection;
using System.Xml.Linq;
using CloudOptimizedDicom.Tests;

namespace CloudOptimizedDicom.Cli.Tests;

/// <summary>
/// The packages as their users get them: packed, looked into, installed in a new project outside the repository, and run. The tool is
/// packed without being compiled ahead, which takes minutes and changes nothing else.
/// </summary>
[CancelAfter(600_000)]
public sealed class PackageTests
{
    // Of no version but this one can anything be in a cache.
    private static readonly string Version = $"0.0.0-test.g{Guid.NewGuid():N}";

    private string _folder = "";
    private string _packages = "";

    [OneTimeSetUp]
    public async Task PackAsync()
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromMinutes(10));
        _folder = Directory.CreateTempSubdirectory("cod-package-").FullName;
        _packages = Directory.CreateDirectory(Path.Combine(_folder, "packages")).FullName;
        File.WriteAllText(Path.Combine(_folder, "nuget.config"), NugetConfig());
        await PackAsync("CloudOptimizedDicom", timeout.Token, "--no-build");
        await PackAsync("CloudOptimizedDicom.Testing", timeout.Token, "--no-build");
        await PackAsync(
            "CloudOptimizedDicom.Cli", timeout.Token, "--no-restore", "-p:BuildProjectReferences=false", "-p:PublishReadyToRun=false", "-p:RunAnalyzers=false");
    }

    [OneTimeTearDown]
    public void DeleteFolder() => Directory.Delete(_folder, recursive: true);

    [TestCase("CloudOptimizedDicom", "lib/net10.0/CloudOptimizedDicom.dll", "lib/net10.0/CloudOptimizedDicom.xml")]
    [TestCase("CloudOptimizedDicom.Testing", "lib/net10.0/CloudOptimizedDicom.Testing.dll", "lib/net10.0/CloudOptimizedDicom.Testing.xml")]
    [TestCase("CloudOptimizedDicom.Cli")]
    [TestCase("CloudOptimizedDicom.Cli.any", "tools/net10.0/any/cod.dll")]
    [TestCase("CloudOptimizedDicom.Cli.linux-x64", "tools/net10.0/linux-x64/cod.dll")]
    public void Package_Contents_AreComplete(string id, params string[] files)
    {
        using ZipArchive package = Open(id, "nupkg");
        XElement metadata = Metadata(package);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(package.Entries.Select(entry => entry.FullName), Is.SupersetOf(files.Concat(["README.md", "icon.png"])));
            Assert.That(Value(metadata, "id"), Is.EqualTo(id));
            Assert.That(Value(metadata, "version"), Is.EqualTo(Version));
            Assert.That((Value(metadata, "icon"), Value(metadata, "readme")), Is.EqualTo(("icon.png", "README.md")));
            Assert.That(Value(metadata, "license"), Is.EqualTo("MIT"));
            Assert.That(Value(metadata, "description"), Has.Length.GreaterThan(50));
            Assert.That(metadata.ToString(), Does.Not.Contain(Repository.Root));
        }
    }

    [TestCase("CloudOptimizedDicom", "CsvHelper", "Google.Apis.Auth", "Microsoft.Extensions.DependencyInjection.Abstractions", "Microsoft.Extensions.Logging.Abstractions", "Polly.Core", "SQLitePCLRaw.bundle_e_sqlite3")]
    [TestCase("CloudOptimizedDicom.Testing", "CloudOptimizedDicom")]
    public void Library_Dependencies_HaveTheVersionsOfTheBuild(string id, params string[] expected)
    {
        Dictionary<string, string> central = XDocument.Load(Path.Combine(Repository.Root, "Directory.Packages.props")).Descendants("PackageVersion")
            .ToDictionary(package => package.Attribute("Include")!.Value, package => package.Attribute("Version")!.Value);
        central["CloudOptimizedDicom"] = Version;
        using ZipArchive package = Open(id, "nupkg");
        Dictionary<string, string> actual = Metadata(package).Descendants().Where(element => element.Name.LocalName == "dependency")
            .ToDictionary(dependency => dependency.Attribute("id")!.Value, dependency => dependency.Attribute("version")!.Value);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(actual.Keys, Is.SupersetOf(expected));
            Assert.That(actual, Is.SubsetOf(central));
        }
    }

    [TestCase("CloudOptimizedDicom")]
    [TestCase("CloudOptimizedDicom.Testing")]
    public void Library_Symbols_AreInAPackageOfTheirOwn(string id)
    {
        using ZipArchive symbols = Open(id, "snupkg");
        Assert.That(symbols.GetEntry($"lib/net10.0/{id}.pdb")?.Length, Is.GreaterThan(10_000));
    }

    [Test]
    public async Task Library_InANewProject_StoresAndReadsBack(CancellationToken cancellationToken)
    {
        string project = Directory.CreateDirectory(Path.Combine(_folder, "consumer")).FullName;
        File.WriteAllText(Path.Combine(project, "consumer.csproj"), ConsumerProject);
        File.WriteAllText(Path.Combine(project, "Program.cs"), ConsumerProgram);
        CodProcess added = await RunAsync(project, cancellationToken, "add", "package", "CloudOptimizedDicom", "--version", Version);
        Assert.That(added.ExitCode, Is.Zero, added.Output + added.Errors);

        CodProcess run = await RunAsync(
            project, cancellationToken, "run", "--", Path.Combine(project, "store"), SeriesFiles.All[0], SeriesFiles.UidOf(SeriesFiles.All[0]));
        Assert.That((run.ExitCode, run.Errors), Is.EqualTo((0, "")), run.Output);
        Assert.That(run.Output.Trim().Split('\n').Select(line => line.Trim()), Is.EqualTo(new[] { "1 new", "Same bytes: True", "Frame 1 of 1, 64 x 64" }));
    }

    [Test]
    public async Task Tool_Installed_StoresAndVerifies(CancellationToken cancellationToken)
    {
        string tools = Path.Combine(_folder, "tools");
        string store = Path.Combine(_folder, "store");
        CodProcess installed = await RunAsync(
            _folder, cancellationToken, "tool", "install", "CloudOptimizedDicom.Cli", "--version", Version, "--tool-path", tools);
        Assert.That(installed.ExitCode, Is.Zero, installed.Output + installed.Errors);

        string cod = Path.Combine(tools, OperatingSystem.IsWindows() ? "cod.exe" : "cod");
        CodProcess version = await CodProcess.RunAsync(cod, ["--version"], cancellationToken, _folder);
        CodProcess ingested = await CodProcess.RunAsync(cod, ["ingest", SeriesFiles.Folder, "--datastore", store], cancellationToken, _folder);
        CodProcess verified = await CodProcess.RunAsync(cod, ["verify", store], cancellationToken, _folder);
        using (Assert.EnterMultipleScope())
        {
            Assert.That((version.ExitCode, version.Output.Split('+')[0].Trim()), Is.EqualTo((0, BuiltVersion())));
            Assert.That((ingested.ExitCode, ingested.Errors), Is.EqualTo((0, "")), ingested.Output);
            Assert.That((verified.ExitCode, verified.Errors), Is.EqualTo((0, "")), verified.Output);
        }
    }

    private const string ConsumerProject =
        """
        <Project Sdk="Microsoft.NET.Sdk">
          <PropertyGroup>
            <OutputType>Exe</OutputType>
            <TargetFramework>net10.0</TargetFramework>
            <ImplicitUsings>enable</ImplicitUsings>
            <Nullable>enable</Nullable>
            <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
          </PropertyGroup>
        </Project>
        """;

    private const string ConsumerProgram =
        """
        using CloudOptimizedDicom;

        await using CodDatastore datastore = await CodDatastore.OpenAsync(args[0]);
        var instance = new Instance(args[1]);
        (string study, string series) = (await instance.GetStudyUidAsync(), await instance.GetSeriesUidAsync());
        AppendResult result = await datastore.AppendToSeriesAsync(study, series, [instance]);
        Console.WriteLine($"{result.New.Count} new");

        await using CodObject stored = await datastore.OpenSeriesAsync(study, series, CodMode.Read);
        await using Stream stream = await stored.OpenInstanceAsync(args[2]);
        byte[] bytes = new byte[stream.Length];
        await stream.ReadExactlyAsync(bytes);
        Console.WriteLine($"Same bytes: {bytes.AsSpan().SequenceEqual(File.ReadAllBytes(args[1]))}");

        DicomFrame frame = await stored.ReadFrameAsync(args[2], 1);
        Console.WriteLine($"Frame {frame.FrameNumber} of {stored.GetFrameCount(args[2])}, {frame.Rows} x {frame.Columns}");
        """;

    // What follows the plus is the commit, which a build that had nothing to do leaves as it was.
    private static string BuiltVersion() =>
        typeof(CodException).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    private static XElement Metadata(ZipArchive package)
    {
        using Stream nuspec = package.Entries.Single(entry => entry.FullName.EndsWith(".nuspec", StringComparison.Ordinal)).Open();
        return XDocument.Load(nuspec).Root!.Elements().Single(element => element.Name.LocalName == "metadata");
    }

    private static string? Value(XElement metadata, string name) => metadata.Elements().SingleOrDefault(element => element.Name.LocalName == name)?.Value;

    private ZipArchive Open(string id, string extension) => ZipFile.OpenRead(Path.Combine(_packages, $"{id}.{Version}.{extension}"));

    private async Task PackAsync(string project, CancellationToken cancellationToken, params string[] options)
    {
        string configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;
        string path = Path.Combine(Repository.Root, "src", project);
        CodProcess packed = await RunAsync(
            Repository.Root, cancellationToken, ["pack", path, "-c", configuration, "-o", _packages, $"-p:PackageVersion={Version}", .. options]);
        Assert.That(packed.ExitCode, Is.Zero, packed.Output + packed.Errors);
    }

    /// <summary>The machine's sources and, as packages to fall back on, those that the build has restored; nothing goes into its cache.</summary>
    private string NugetConfig()
    {
        string restored = Environment.GetEnvironmentVariable("NUGET_PACKAGES")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        return new XElement(
            "configuration",
            new XElement("packageSources", Add("local", _packages)),
            new XElement("fallbackPackageFolders", Add("restored", restored))).ToString();

        static XElement Add(string key, string value) => new("add", new XAttribute("key", key), new XAttribute("value", value));
    }

    private Task<CodProcess> RunAsync(string workingDirectory, CancellationToken cancellationToken, params string[] arguments) => CodProcess.RunAsync(
        CodProcess.DotnetHost,
        arguments,
        cancellationToken,
        workingDirectory,
        environment: workingDirectory == Repository.Root ? [] : new() { ["NUGET_PACKAGES"] = Path.Combine(_folder, "cache") });
}
