using System.Diagnostics;
using System.Globalization;

namespace CloudOptimizedDicom.TestProcess;

/// <summary>
/// Runs a command with the streams of this process and writes the most memory that it ever had resident to a file. A process
/// of its own has no other children that the kernel would count, and is small itself.
/// </summary>
internal static class Measurement
{
    public static async Task<int> RunAsync(string resultPath, string[] command)
    {
        using Process process = Process.Start(new ProcessStartInfo(command[0], command[1..]))!;
        await process.WaitForExitAsync();
        await File.WriteAllTextAsync(resultPath, ChildMemory.PeakBytes().ToString(CultureInfo.InvariantCulture));
        return process.ExitCode;
    }
}
