using System.Reflection;
using System.Runtime.InteropServices;

namespace CloudOptimizedDicom.Compression;

/// <summary>Finds the system's libzstd, whose file name differs by platform.</summary>
internal static class ZstdLibrary
{
    public const string Name = "libzstd";

    private const string Remedy =
        "Install it: 'apt install libzstd1' (Debian, Ubuntu), 'dnf install libzstd' (Fedora, RHEL), 'apk add zstd-libs' (Alpine), "
        + "'brew install zstd' (macOS); on Windows put libzstd.dll beside the application.";

    public static IReadOnlyList<string> FileNames { get; } = FileNamesOfThisPlatform();

    public static nint Resolve(string libraryName, Assembly assembly, DllImportSearchPath? searchPath) =>
        libraryName == Name ? Load(FileNames, assembly) : 0;

    /// <exception cref="NativeLibraryMissingException">None of the names is a library here.</exception>
    public static nint Load(IReadOnlyList<string> fileNames, Assembly assembly)
    {
        // Beside the application, then where the system looks; never the current directory.
        const DllImportSearchPath searchPath = DllImportSearchPath.AssemblyDirectory | DllImportSearchPath.SafeDirectories;
        foreach (string fileName in fileNames)
        {
            if (NativeLibrary.TryLoad(fileName, assembly, searchPath, out nint handle))
            {
                return handle;
            }
        }

        throw new NativeLibraryMissingException(Name, Remedy, fileNames);
    }

    // The versioned name comes first: the plain one belongs to development packages. Homebrew's folders are not on the
    // search path of macOS.
    private static string[] FileNamesOfThisPlatform()
    {
        if (OperatingSystem.IsWindows())
        {
            return ["libzstd.dll"];
        }

        return OperatingSystem.IsMacOS()
            ? ["libzstd.1.dylib", "/opt/homebrew/lib/libzstd.1.dylib", "/usr/local/lib/libzstd.1.dylib"]
            : ["libzstd.so.1", "libzstd.so"];
    }
}
