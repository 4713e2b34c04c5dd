using System.Reflection;
using CloudOptimizedDicom.Testing;

namespace CloudOptimizedDicom.Tests.Conventions;

/// <summary>What the packages offer is written down, so that a change of it is seen in review.</summary>
public sealed class PublicApiTests
{
    private const string AcceptVariable = "COD_ACCEPT_API";

    internal static IEnumerable<TestCaseData> Packages() =>
    [
        new TestCaseData(typeof(CodException).Assembly).SetArgDisplayNames("CloudOptimizedDicom"),
        new TestCaseData(typeof(GcsEmulator).Assembly).SetArgDisplayNames("CloudOptimizedDicom.Testing"),
    ];

    [TestCaseSource(nameof(Packages))]
    public void Assembly_PublicMembers_AreThoseWrittenDown(Assembly assembly)
    {
        string file = Path.Combine(Repository.Root, "src", assembly.GetName().Name!, "PublicApi.txt");
        string[] actual = ApiListing.Read(assembly);
        if (Environment.GetEnvironmentVariable(AcceptVariable) == "1")
        {
            File.WriteAllText(file, string.Join('\n', actual) + "\n");
        }

        string[] expected = File.Exists(file) ? File.ReadAllLines(file) : [];
        IEnumerable<string> difference =
            [.. expected.Except(actual).Select(line => "- " + line), .. actual.Except(expected).Select(line => "+ " + line)];
        Assert.That(
            actual.SequenceEqual(expected),
            Is.True,
            $"The public members are not those of {Path.GetFileName(file)}. Run this test with {AcceptVariable}=1 to accept:\n{string.Join('\n', difference)}");
    }

    [Test]
    public void ReadType_EveryKindOfMember_IsALineThatReadsLikeCode() =>
        Assert.That(
            ApiListing.ReadType(typeof(Sample<>)).Order(StringComparer.Ordinal).Select(line => line[line.IndexOf("Sample", StringComparison.Ordinal)..]),
            Is.EqualTo(new[]
            {
                "Sample<T>.Changed: event EventHandler",
                "Sample<T>.Convert<TTo>(T value, out int? count, params string[] names): static TTo",
                "Sample<T>.Item[int index]: virtual T { get; }",
                "Sample<T>.Limit: const int = 3",
                "Sample<T>.Name: required string { get; init; }",
                "Sample<T>.Reset(bool hard = true, string why = default): protected abstract void",
                "Sample<T>.ToString(): override string",
                "Sample<T>.protected new()",
                "Sample<T> : abstract class, IDisposable",
                "Sample<T>.Dispose(): void",
            }.Order(StringComparer.Ordinal)));

    internal abstract class Sample<T> : IDisposable
    {
        public const int Limit = 3;

        protected Sample()
        {
        }

        public event EventHandler? Changed;

        public required string Name { get; init; }

        public virtual T this[int index] => throw new ArgumentOutOfRangeException(nameof(index));

        public static TTo Convert<TTo>(T value, out int? count, params string[] names)
        {
            count = names.Length;
            return (TTo)(object)value!;
        }

        public void Dispose() => Changed?.Invoke(this, EventArgs.Empty);

        public override string ToString() => Name;

        internal void Hidden() => Reset();

        protected abstract void Reset(bool hard = true, string? why = null);
    }
}
