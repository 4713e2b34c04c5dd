using System.Buffers;
using Microsoft.Win32.SafeHandles;

namespace CloudOptimizedDicom;

/// <summary>Checksums of parts of a file on this machine.</summary>
internal static class FileChecksum
{
    private const int ReadBytes = 1024 * 1024;

    /// <summary>CRC-32C of a part of a file, as far as the file goes.</summary>
    public static async Task<uint> ComputeAsync(SafeFileHandle file, ByteRange range, CancellationToken cancellationToken)
    {
        var crc32c = default(Crc32c);
        byte[] buffer = ArrayPool<byte>.Shared.Rent((int)Math.Min(ReadBytes, range.Length));
        try
        {
            for (long at = range.Offset; at < range.End;)
            {
                Memory<byte> wanted = buffer.AsMemory(0, (int)Math.Min(buffer.Length, range.End - at));
                int read = await RandomAccess.ReadAsync(file, wanted, at, cancellationToken).ConfigureAwait(false);
                if (read == 0)
                {
                    break;
                }

                crc32c.Append(wanted.Span[..read]);
                at += read;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        return crc32c.Value;
    }
}
