using System.Reflection;
using System.Runtime.CompilerServices;

namespace CloudOptimizedDicom.Tests.Conventions;

public sealed class TypeTests
{
    private static readonly IEnumerable<Type> Types =
        typeof(CodException).Assembly.GetTypes().Where(type => !type.IsDefined(typeof(CompilerGeneratedAttribute)) && IsOurs(type));

    // Diagnostics is missing: what is logged is documented, but not called.
    private static readonly string[] PublicNamespaces =
    [
        "CloudOptimizedDicom", "CloudOptimizedDicom.Part10", "CloudOptimizedDicom.Json", "CloudOptimizedDicom.Compression",
        "CloudOptimizedDicom.Storage", "CloudOptimizedDicom.Storage.GoogleCloud", "CloudOptimizedDicom.Locking",
        "CloudOptimizedDicom.Tar", "CloudOptimizedDicom.Metadata",
    ];

    [Test]
    public void Library_EveryClass_IsSealedOrAbstract() =>
        Assert.That(Types.Where(type => type.IsClass && !type.IsSealed && !type.IsAbstract), Is.Empty);

    [Test]
    public void Library_EveryPublicType_IsInAPublicNamespace() =>
        Assert.That(Types.Where(type => type.IsVisible && !PublicNamespaces.Contains(type.Namespace)), Is.Empty);

    [Test]
    public void Library_EveryException_IsACodException() =>
        Assert.That(Types.Where(type => type.IsAssignableTo(typeof(Exception)) && !type.IsAssignableTo(typeof(CodException))), Is.Empty);

    // Source generators of the runtime and of the compiler put types of their own into the assembly.
    private static bool IsOurs(Type type) =>
        type.Namespace is "CloudOptimizedDicom" || (type.Namespace?.StartsWith("CloudOptimizedDicom.", StringComparison.Ordinal) ?? false);
}
