using CloudOptimizedDicom.Compression;

namespace CloudOptimizedDicom.Tests.Compression;

public sealed class ZstdLibraryTests
{
    [Test]
    public void Load_OnlyLaterNamesExist_FindsOne() =>
        Assert.That(
            ZstdLibrary.Load(["no-such-library.so.9", .. ZstdLibrary.FileNames], typeof(ZstdLibrary).Assembly),
            Is.Not.EqualTo(nint.Zero));

    [Test]
    public void Load_NoNameExists_SaysHowToInstallIt() =>
        Assert.That(() => ZstdLibrary.Load(["no-such-library.so.9"], typeof(ZstdLibrary).Assembly),
            Throws.TypeOf<NativeLibraryMissingException>()
                .With.Message.Contains("no-such-library.so.9").And.Message.Contains("apt install libzstd1")
                .And.Property(nameof(NativeLibraryMissingException.LibraryName)).EqualTo("libzstd"));

    [Test]
    public void Resolve_AnotherLibrary_IsLeftToTheRuntime() =>
        Assert.That(ZstdLibrary.Resolve("sqlite3", typeof(ZstdLibrary).Assembly, null), Is.EqualTo(nint.Zero));
}
