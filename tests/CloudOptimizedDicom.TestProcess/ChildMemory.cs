using System.Runtime.InteropServices;

namespace CloudOptimizedDicom.TestProcess;

/// <summary>What the kernel says of processes that this one started and that have ended (getrusage(2) on Linux).</summary>
internal static partial class ChildMemory
{
    private const int RusageChildren = -1;

    /// <summary>ru_maxrss stands behind two timevals, in KiB; 64-bit Linux has 16 longs in the structure.</summary>
    private const int MaxResidentIndex = 4;

    /// <summary>The most memory that any of them ever had resident.</summary>
    public static long PeakBytes()
    {
        long[] usage = new long[32];
        return GetResourceUsage(RusageChildren, usage) == 0
            ? usage[MaxResidentIndex] * 1024
            : throw new InvalidOperationException($"getrusage failed with error {Marshal.GetLastPInvokeError()}.");
    }

    [LibraryImport("libc", EntryPoint = "getrusage", SetLastError = true)]
    private static partial int GetResourceUsage(int who, [In, Out] long[] usage);
}
