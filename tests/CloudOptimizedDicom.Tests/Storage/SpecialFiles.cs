using System.Diagnostics;

namespace CloudOptimizedDicom.Tests.Storage;

/// <summary>Files that .NET does not make: FIFOs, and names that are not UTF-8.</summary>
internal static class SpecialFiles
{
    public static void CreateFifo(string path) => Run("mkfifo", path);

    /// <summary>Creates <c>a\xE9.dcm</c>, in Latin-1.</summary>
    public static void CreateLatinName(string folder) => Run("sh", "-c", "printf x > \"$1/$(printf 'a\\351.dcm')\"", "sh", folder);

    /// <summary>Creates folders in folders until their path is longer than the system takes, with a file in the last.</summary>
    public static void CreateTooDeep(string folder) => Run(
        "sh", "-c", "cd \"$1\"; for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24; do mkdir $2 && cd -P $2 || exit 1; done; printf x > $2",
        "sh", folder, new string('d', 200));

    /// <summary>Deletes a folder that .NET finds too deep.</summary>
    public static void Delete(string folder) => Run("rm", "-rf", folder);

    private static void Run(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments))!;
        process.WaitForExit();
        Assert.That(process.ExitCode, Is.Zero, $"{program} {string.Join(' ', arguments)}");
    }
}
