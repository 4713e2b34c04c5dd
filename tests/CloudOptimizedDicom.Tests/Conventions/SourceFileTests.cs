using System.Text.RegularExpressions;

namespace CloudOptimizedDicom.Tests.Conventions;

public sealed class SourceFileTests
{
    private const int MaxLines = 400;

    private static readonly IEnumerable<SourceFile> Files = SourceFile.ReadLibrary().Where(file => !file.IsGenerated);

    [Test]
    public void Library_EveryFile_HoldsTheOneTypeItIsNamedFor() =>
        Assert.That(
            Files.Where(file => file.TopLevelTypes is not [var type] || !IsNamedFor(file, type))
                .Select(file => $"{file.RelativePath}: {string.Join(", ", file.TopLevelTypes)}"),
            Is.Empty);

    [Test]
    public void Library_EveryFile_IsShort() =>
        Assert.That(Files.Where(file => file.Lines > MaxLines).Select(file => $"{file.RelativePath}: {file.Lines} lines"), Is.Empty);

    [TestCase("public readonly partial record struct Name : IComparable<Name>")]
    [TestCase("internal static unsafe class Name")]
    [TestCase("public enum Name : ushort")]
    [TestCase("internal sealed class Name<T>(Func<T> create)")]
    [TestCase("internal delegate Task<int> Name(int value);")]
    public void Parse_Declaration_IsFound(string declaration) =>
        Assert.That(SourceFile.Parse("Name.cs", $"namespace N;\n\n{declaration}\n").TopLevelTypes, Is.EqualTo(new[] { "Name" }));

    [Test]
    public void Parse_NestedType_IsNotAtTheTop()
    {
        var file = SourceFile.Parse("Outer.cs", "namespace N;\nclass Outer\n{\n    private struct Inner;\n}\n");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(file.TopLevelTypes, Is.EqualTo(new[] { "Outer" }));
            Assert.That(file.Types, Is.EqualTo(new[] { "Outer", "Inner" }));
        }
    }

    private static bool IsNamedFor(SourceFile file, string type) =>
        Regex.IsMatch(Path.GetFileName(file.RelativePath), $@"^{type}(\.\w+)?\.cs$");
}
