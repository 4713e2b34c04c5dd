using Microsoft.Win32.SafeHandles;

namespace CloudOptimizedDicom.Benchmarks.Data;

/// <summary>The least that storing files must do: open and read each, and write its bytes behind those of the others.</summary>
internal static class PhysicalLimit
{
    public static void CopyTogether(IEnumerable<string> files, string target, bool withChecksum, bool flush = false)
    {
        byte[] buffer = GC.AllocateUninitializedArray<byte>(64 << 20);
        var crc = default(Crc32c);
        long position = 0;
        using SafeFileHandle output = File.OpenHandle(target, FileMode.Create, FileAccess.Write);
        foreach (string file in files)
        {
            using SafeFileHandle input = File.OpenHandle(file);
            int read = RandomAccess.Read(input, buffer, 0);
            if (withChecksum)
            {
                crc.Append(buffer.AsSpan(0, read));
            }

            RandomAccess.Write(output, buffer.AsSpan(0, read), position);
            position += read;
        }

        if (flush)
        {
            RandomAccess.FlushToDisk(output);
        }
    }
}
