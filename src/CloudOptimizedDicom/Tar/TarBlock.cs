using System.Runtime.InteropServices;

namespace CloudOptimizedDicom.Tar;

/// <summary>Sizes and sums of the blocks that an archive is made of (POSIX.1-2017, pax, "ustar Interchange Format").</summary>
internal static class TarBlock
{
    public const int Bytes = 512;

    /// <summary>An archive's length is a multiple of this: 20 blocks, the record of tape drives.</summary>
    public const int RecordBytes = 20 * Bytes;

    public const int ChecksumOffset = 148;
    public const int ChecksumBytes = 8;

    private const ulong EvenBytes = 0x00FF_00FF_00FF_00FF;

    /// <summary>The zeros between data of this length and the next block.</summary>
    public static int PaddingBytes(long dataBytes) => (int)(-dataBytes & (Bytes - 1));

    /// <summary>The end of the block that data ends in.</summary>
    public static long RoundUp(long bytes) => bytes + PaddingBytes(bytes);

    /// <summary>The sum of a header's bytes, its checksum field counted as blanks.</summary>
    public static int Checksum(ReadOnlySpan<byte> header)
    {
        // Four 16-bit sums at once: 64 words of at most 2 x 255 each stay below 2^16.
        ulong sums = 0;
        foreach (ulong word in MemoryMarshal.Cast<byte, ulong>(header[..Bytes]))
        {
            sums += (word & EvenBytes) + (word >> 8 & EvenBytes);
        }

        int sum = (int)((sums & 0xFFFF) + (sums >> 16 & 0xFFFF) + (sums >> 32 & 0xFFFF) + (sums >> 48));
        foreach (byte value in header.Slice(ChecksumOffset, ChecksumBytes))
        {
            sum += ' ' - value;
        }

        return sum;
    }

    /// <summary>The same sum over signed bytes, as some early programs computed it.</summary>
    public static int SignedChecksum(ReadOnlySpan<byte> header)
    {
        int sum = Checksum(header);
        for (int i = 0; i < Bytes; i++)
        {
            bool isChecksum = i is >= ChecksumOffset and < ChecksumOffset + ChecksumBytes;
            sum -= !isChecksum && header[i] > sbyte.MaxValue ? 256 : 0;
        }

        return sum;
    }

    public static bool IsZero(ReadOnlySpan<byte> bytes) => !bytes.ContainsAnyExcept((byte)0);
}
