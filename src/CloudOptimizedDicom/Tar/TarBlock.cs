using System.Numerics;
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

    /// <summary>The zeros between data of this length and the next block.</summary>
    public static int PaddingBytes(long dataBytes) => (int)(-dataBytes & (Bytes - 1));

    /// <summary>The end of the block that data ends in.</summary>
    public static long RoundUp(long bytes) => bytes + PaddingBytes(bytes);

    /// <summary>The sum of a header's bytes, its checksum field counted as blanks.</summary>
    public static int Checksum(ReadOnlySpan<byte> header)
    {
        // Sums of 16 bits: at most 32 vectors of at least 16 bytes, each adding two bytes to a sum.
        Vector<ushort> sums = default;
        foreach (Vector<byte> bytes in MemoryMarshal.Cast<byte, Vector<byte>>(header[..Bytes]))
        {
            Vector.Widen(bytes, out Vector<ushort> low, out Vector<ushort> high);
            sums += low + high;
        }

        Vector.Widen(sums, out Vector<uint> lowSums, out Vector<uint> highSums);
        int sum = (int)Vector.Sum(lowSums + highSums);
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
