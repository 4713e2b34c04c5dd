using System.Buffers.Binary;

namespace CloudOptimizedDicom.Compression;

/// <summary>
/// What the headers of one frame and of its blocks say (RFC 8878, section 3.1), read without inflating anything.
/// </summary>
/// <param name="Length">Bytes of the frame, from its magic number to its checksum.</param>
/// <param name="ContentBytes">What the frame says that it inflates to; null when it does not say.</param>
/// <param name="MaxContentBytes">What its blocks can inflate to at most.</param>
internal readonly record struct ZstdFrame(int Length, long? ContentBytes, long MaxContentBytes)
{
    private const string Format = "zstd";
    private const uint Magic = 0xFD2FB528;
    private const uint SkippableMagic = 0x184D2A50;
    private const uint SkippableMask = 0xFFFFFFF0;
    private const int SingleSegment = 0x20;
    private const int HasChecksum = 0x04;
    private const int ChecksumBytes = 4;
    private const int BlockHeaderBytes = 3;
    private const int RawBlock = 0;
    private const int RepeatedByteBlock = 1;
    private const int CompressedBlock = 2;
    private const long MaxBlockBytes = 128 << 10;

    private static ReadOnlySpan<byte> DictionaryIdBytes => [0, 1, 2, 4];

    /// <summary>Reads the frame that the bytes begin with.</summary>
    /// <exception cref="CompressedDataException">It is none, it is cut short, or its own headers contradict each other.</exception>
    public static ZstdFrame Read(ReadOnlySpan<byte> source)
    {
        uint magic = (uint)Take(source, 0, sizeof(uint));
        if ((magic & SkippableMask) == SkippableMagic)
        {
            long end = 8 + (long)Take(source, 4, sizeof(uint));
            return end <= source.Length ? new ZstdFrame((int)end, 0, 0) : throw CutShort();
        }

        if (magic != Magic)
        {
            throw new CompressedDataException(Format, "where a frame should begin is none");
        }

        int descriptor = (int)Take(source, 4, 1);
        bool isSingleSegment = (descriptor & SingleSegment) != 0;
        int at = 5;
        long window = isSingleSegment ? long.MaxValue : WindowBytes((int)Take(source, at++, 1));
        at += DictionaryIdBytes[descriptor & 3];
        long? content = ReadContentSize(source, ref at, descriptor >> 6, isSingleSegment);
        long maxContent = SkipBlocks(source, ref at, Math.Min(MaxBlockBytes, Math.Min(window, content ?? long.MaxValue)));
        at += (descriptor & HasChecksum) != 0 ? ChecksumBytes : 0;
        if (at > source.Length)
        {
            throw CutShort();
        }

        return content is null || content <= maxContent
            ? new ZstdFrame(at, content, maxContent)
            : throw new CompressedDataException(Format, $"it says that it has {content} bytes, and can have {maxContent} at most");
    }

    private static long? ReadContentSize(ReadOnlySpan<byte> source, ref int at, int flag, bool isSingleSegment)
    {
        int length = flag == 0 ? isSingleSegment ? 1 : 0 : 1 << flag;
        if (length == 0)
        {
            return null;
        }

        ulong size = Take(source, at, length) + (length == 2 ? 256u : 0);
        at += length;
        return (long)Math.Min(size, long.MaxValue);
    }

    private static long SkipBlocks(ReadOnlySpan<byte> source, ref int at, long maxBlockBytes)
    {
        long content = 0;
        for (bool isLast = false; !isLast;)
        {
            int header = (int)Take(source, at, BlockHeaderBytes);
            isLast = (header & 1) != 0;
            int size = header >> 3;
            (int stored, long inflated) = ((header >> 1) & 3) switch
            {
                RawBlock => (size, size),
                RepeatedByteBlock => (1, size),
                CompressedBlock => (size, maxBlockBytes),
                _ => throw new CompressedDataException(Format, "it has a block of a reserved kind"),
            };
            content += inflated;
            at += BlockHeaderBytes;
            at += stored <= source.Length - at ? stored : throw CutShort();
        }

        return content;
    }

    private static long WindowBytes(int descriptor)
    {
        long power = 1L << (10 + (descriptor >> 3));
        return power + (power / 8 * (descriptor & 7));
    }

    private static ulong Take(ReadOnlySpan<byte> source, int at, int length)
    {
        if (length > source.Length - at)
        {
            throw CutShort();
        }

        Span<byte> number = stackalloc byte[sizeof(ulong)];
        number.Clear();
        source.Slice(at, length).CopyTo(number);
        return BinaryPrimitives.ReadUInt64LittleEndian(number);
    }

    private static CompressedDataException CutShort() => new(Format, "it is cut short");
}
