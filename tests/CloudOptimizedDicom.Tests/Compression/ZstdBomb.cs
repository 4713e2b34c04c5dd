using System.Buffers.Binary;

namespace CloudOptimizedDicom.Tests.Compression;

/// <summary>Few bytes that inflate to many.</summary>
internal static class ZstdBomb
{
    private const int BlockBytes = 128 * 1024;
    private const byte Window = 0x38;
    private const int RepeatedByteBlock = 1;

    /// <summary>A valid frame with a window of 128 KiB, and blocks of four bytes that each say "128 KiB of this byte".</summary>
    public static byte[] Create(int blocks, bool withContentSize, byte content = (byte)' ')
    {
        var frame = new List<byte>([0x28, 0xB5, 0x2F, 0xFD, withContentSize ? (byte)0xC0 : (byte)0, Window]);
        if (withContentSize)
        {
            byte[] size = new byte[sizeof(long)];
            BinaryPrimitives.WriteInt64LittleEndian(size, (long)blocks * BlockBytes);
            frame.AddRange(size);
        }

        for (int i = 1; i <= blocks; i++)
        {
            int header = (BlockBytes << 3) | (RepeatedByteBlock << 1) | (i == blocks ? 1 : 0);
            frame.AddRange([(byte)header, (byte)(header >> 8), (byte)(header >> 16), content]);
        }

        return [.. frame];
    }
}
