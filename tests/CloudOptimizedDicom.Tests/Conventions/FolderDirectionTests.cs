namespace CloudOptimizedDicom.Tests.Conventions;

public sealed class FolderDirectionTests
{
    // Lowest first: a folder may use itself and those before it.
    private static readonly string[] Folders =
        ["Primitives", "Diagnostics", "Part10", "Json", "Compression", "Storage", "Locking", "Tar", "Instances", "Metadata", "Series", "Hosting"];

    private static readonly string[] FoldersInTheRootNamespace = ["Primitives", "Instances", "Series"];

    private static readonly IReadOnlyList<SourceFile> Files = SourceFile.ReadLibrary();

    [Test]
    public void Library_EveryFile_UsesOnlyTypesOfItsOwnOrEarlierFolders() => Assert.That(FindBackEdges(Files), Is.Empty);

    [Test]
    public void Library_EveryFile_IsInAKnownFolder() =>
        Assert.That(Files.Where(file => !Folders.Contains(file.TopFolder)).Select(file => file.RelativePath), Is.Empty);

    [Test]
    public void Library_EveryNamespace_IsItsFolder() =>
        Assert.That(
            Files.Where(file => file.Namespace != ExpectedNamespace(file)).Select(file => $"{file.RelativePath}: {file.Namespace}"),
            Is.Empty);

    [TestCase("class Low { High? Field; }", 1)]
    [TestCase("class Low { List<High> Field; }", 1)]
    [TestCase("class Low { /* High */ string Text = \"High\"; } // High", 0)]
    [TestCase("class Low { char Quote = '\"'; High? Field; string Text = @\"\"; }", 1)]
    [TestCase("class Low { Higher? Field; }", 0)]
    public void FindBackEdges_TypeOfALaterFolder_IsReportedWhereItIsCode(string low, int expected)
    {
        var high = SourceFile.Parse("Storage/GoogleCloud/High.cs", "internal sealed class High;");
        SourceFile[] files = [SourceFile.Parse("Primitives/Low.cs", low), high];
        Assert.That(FindBackEdges(files).Count(), Is.EqualTo(expected));
    }

    [Test]
    public void FindBackEdges_TypeOfAnEarlierFolder_IsAllowed()
    {
        var low = SourceFile.Parse("Primitives/Low.cs", "struct Low;");
        SourceFile[] files = [low, SourceFile.Parse("Storage/High.cs", "class High { Low Field; }")];
        Assert.That(FindBackEdges(files), Is.Empty);
    }

    private static IEnumerable<string> FindBackEdges(IReadOnlyList<SourceFile> files)
    {
        // A name that several folders declare (a nested Buffer, say) is taken for the earliest.
        var rankOfType = files
            .SelectMany(file => file.Types.Select(type => (Type: type, Rank: Rank(file))))
            .GroupBy(declaration => declaration.Type)
            .ToDictionary(group => group.Key, group => group.Min(declaration => declaration.Rank));
        return
            from file in files
            from identifier in file.Identifiers
            where rankOfType.TryGetValue(identifier, out int rank) && rank > Rank(file)
            select $"{file.RelativePath} uses {identifier} of {Folders[rankOfType[identifier]]}";
    }

    private static int Rank(SourceFile file) => Array.IndexOf(Folders, file.TopFolder);

    // Extensions of a service collection are where every host has a using already.
    private static string ExpectedNamespace(SourceFile file) => file.Folder == "Hosting"
        ? "Microsoft.Extensions.DependencyInjection"
        : FoldersInTheRootNamespace.Contains(file.TopFolder) ? "CloudOptimizedDicom" : $"CloudOptimizedDicom.{file.Folder.Replace('/', '.')}";
}
