using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;

namespace CloudOptimizedDicom.Compression;

/// <summary>Gzip (RFC 1952). Thread-safe.</summary>
internal static class Gzip
{
    public const int DefaultLevel = 6;

    private const string Format = "gzip";
    private const string CutShort = "it is cut short, or followed by something else";
    private const int ChunkBytes = 64 << 10;

    /// <summary>Metadata inflates to a few times its size; a claim of more than this is not believed before it is proven.</summary>
    private const int BelievedRatio = 16;

    // GZipStream takes a cut for the end of the data and passes over what follows the last member. A member of our own
    // behind the source comes out again only when the source was whole and nothing else.
    private static readonly byte[] Marker = "end of the source"u8.ToArray();
    private static readonly byte[] MarkerMember = CompressToArray(Marker, DefaultLevel);

    // GZipStream writes nothing at all for nothing.
    private static ReadOnlySpan<byte> EmptyMember => [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 0xFF, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0];

    /// <summary>Whether the bytes begin as a gzip member does.</summary>
    public static bool IsGzip(ReadOnlySpan<byte> data) => data is [0x1F, 0x8B, ..];

    /// <summary>Compresses into one member.</summary>
    /// <param name="source">The bytes.</param>
    /// <param name="level">From 0 (stored) to 9 (smallest).</param>
    public static byte[] Compress(ReadOnlySpan<byte> source, int level = DefaultLevel) =>
        source.IsEmpty ? EmptyMember.ToArray() : CompressToArray(source, level);

    /// <summary>Inflates one or several members that fill the source exactly.</summary>
    /// <param name="source">The members.</param>
    /// <param name="destination">
    /// Receives the content; is asked for memory for hardly more than the content has, and not before it is known to be within
    /// the limit, but for the usual case that the members say it is a few times their own size.
    /// </param>
    /// <param name="maxBytes">The content may be as long as this, and not longer.</param>
    /// <exception cref="CompressedDataException">The source is anything else, or its content is too long.</exception>
    public static void Decompress(ReadOnlySpan<byte> source, IBufferWriter<byte> destination, long maxBytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(maxBytes);
        if (!IsGzip(source))
        {
            throw new CompressedDataException(Format, "it does not begin with a member");
        }

        byte[] input = ArrayPool<byte>.Shared.Rent(source.Length + MarkerMember.Length);
        try
        {
            source.CopyTo(input);
            MarkerMember.CopyTo(input, source.Length);
            using var members = new MemoryStream(input, 0, source.Length + MarkerMember.Length, writable: false);
            Decompress(members, ClaimedBytes(source), destination, maxBytes);
        }
        catch (InvalidDataException exception)
        {
            throw new CompressedDataException(Format, "it is damaged or cut short", exception);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(input);
        }
    }

    /// <summary>A member ends in the length of its content, modulo 2^32; with several members it is that of the last.</summary>
    private static long ClaimedBytes(ReadOnlySpan<byte> source) =>
        source.Length >= sizeof(uint) ? BinaryPrimitives.ReadUInt32LittleEndian(source[^sizeof(uint)..]) : 0;

    private static void Decompress(MemoryStream members, long claimedBytes, IBufferWriter<byte> destination, long maxBytes)
    {
        if (claimedBytes > maxBytes)
        {
            throw CompressedDataException.TooLarge(Format, maxBytes);
        }

        bool isBelieved = claimedBytes <= members.Length * BelievedRatio;
        if (isBelieved && TryInflate(members, destination, claimedBytes))
        {
            return;
        }

        // What claims more than usual, or turns out to be longer, is inflated twice, so that nobody's memory depends on a claim.
        if (!TryInflate(members, destination, Measure(members, maxBytes)))
        {
            throw new CompressedDataException(Format, "it is damaged");
        }
    }

    /// <summary>The length of the content; what comes is thrown away.</summary>
    private static long Measure(MemoryStream members, long maxBytes)
    {
        byte[] chunk = ArrayPool<byte>.Shared.Rent(ChunkBytes);
        try
        {
            using GZipStream inflater = Open(members);
            long total = -Marker.Length;
            while (inflater.Read(chunk) is > 0 and int read)
            {
                total += read;
                if (total > maxBytes)
                {
                    throw CompressedDataException.TooLarge(Format, maxBytes);
                }
            }

            return total >= 0 ? total : throw new CompressedDataException(Format, CutShort);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(chunk);
        }
    }

    /// <returns>False when there is more, and nothing is written then.</returns>
    private static bool TryInflate(MemoryStream members, IBufferWriter<byte> destination, long length)
    {
        using GZipStream inflater = Open(members);
        Span<byte> output = destination.GetSpan(checked((int)length + Marker.Length))[..((int)length + Marker.Length)];
        int held = inflater.ReadAtLeast(output, output.Length, throwOnEndOfStream: false);
        if (inflater.ReadByte() >= 0)
        {
            return false;
        }

        if (held < output.Length || !output[^Marker.Length..].SequenceEqual(Marker))
        {
            throw new CompressedDataException(Format, CutShort);
        }

        destination.Advance((int)length);
        return true;
    }

    private static GZipStream Open(MemoryStream members)
    {
        members.Position = 0;
        return new GZipStream(members, CompressionMode.Decompress, leaveOpen: true);
    }

    private static byte[] CompressToArray(ReadOnlySpan<byte> source, int level)
    {
        using var compressed = new MemoryStream();
        using (var deflater = new GZipStream(compressed, new ZLibCompressionOptions { CompressionLevel = level }))
        {
            deflater.Write(source);
        }

        return compressed.ToArray();
    }
}
