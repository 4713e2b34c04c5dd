using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace CloudOptimizedDicom.Storage.Local;

/// <summary>The calls of POSIX systems that .NET does not offer, or only with its own additions.</summary>
internal static partial class LibC
{
    public const int NotPermitted = 1;
    public const int NoSuchEntry = 2;
    public const int Interrupted = 4;
    public const int NoSuchDevice = 6;
    public const int AccessDenied = 13;
    public const int Exists = 17;
    public const int CrossDevice = 18;
    public const int NotAFolder = 20;
    public const int TooManyLinks = 31;

    private const string Name = "libc";

    /// <summary>EWOULDBLOCK.</summary>
    public static readonly int WouldBlock = OperatingSystem.IsLinux() ? 11 : 35;

    /// <summary>ENAMETOOLONG.</summary>
    public static readonly int NameTooLong = OperatingSystem.IsLinux() ? 36 : 63;

    /// <summary>ENOSYS.</summary>
    public static readonly int NotImplemented = OperatingSystem.IsLinux() ? 38 : 78;

    /// <summary>EOPNOTSUPP; macOS also has ENOTSUP, which is 45 there.</summary>
    public static readonly int NotSupported = OperatingSystem.IsLinux() ? 95 : OperatingSystem.IsMacOS() ? 102 : 45;

    [LibraryImport(Name, EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Open(string path, int flags);

    [LibraryImport(Name, EntryPoint = "flock", SetLastError = true)]
    public static partial int Lock(SafeFileHandle file, int operation);

    [LibraryImport(Name, EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Link(string existing, string added);

    [LibraryImport(Name, EntryPoint = "rename", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Rename(string source, string destination);

    /// <summary>Requires that the last call failed because nothing stands at the path.</summary>
    /// <exception cref="IOException">It failed for another reason.</exception>
    /// <exception cref="UnauthorizedAccessException">It was not permitted.</exception>
    public static void RequireMissing(string path)
    {
        int error = Marshal.GetLastPInvokeError();
        if (error is not (NoSuchEntry or NotAFolder))
        {
            throw ToException(error, path);
        }
    }

    /// <summary>What the last failed call is to be thrown as, the way .NET would.</summary>
    /// <param name="error">Its error number.</param>
    /// <param name="path">The path that it was about.</param>
    public static Exception ToException(int error, string path)
    {
        string message = $"{Marshal.GetPInvokeErrorMessage(error)}: '{path}'";
        return error switch
        {
            NoSuchEntry or NotAFolder => new DirectoryNotFoundException(message),
            NotPermitted or AccessDenied => new UnauthorizedAccessException(message),
            _ when error == NameTooLong => new PathTooLongException(message),
            _ => new IOException(message, error),
        };
    }
}
