using System.Runtime.InteropServices;

namespace CloudOptimizedDicom.Storage.Local;

/// <summary>Errors of system calls.</summary>
internal static class SystemError
{
    private const int NoSuchEntry = 2;
    private const int AccessDenied = 13;
    private const int NotAFolder = 20;

    /// <summary>Requires that the last call failed because nothing stands at the path.</summary>
    /// <exception cref="IOException">It failed for another reason.</exception>
    /// <exception cref="UnauthorizedAccessException">It was not permitted.</exception>
    public static void RequireMissing(string path)
    {
        int error = Marshal.GetLastPInvokeError();
        if (error is not (NoSuchEntry or NotAFolder))
        {
            throw ToException(path, error);
        }
    }

    /// <summary>The error of the last call, on an open file.</summary>
    public static Exception Last() => ToException(path: null, Marshal.GetLastPInvokeError());

    private static Exception ToException(string? path, int error)
    {
        string message = $"{Marshal.GetPInvokeErrorMessage(error)}{(path is null ? "" : $": '{path}'")}";
        return error == AccessDenied ? new UnauthorizedAccessException(message) : new IOException(message, error);
    }
}
