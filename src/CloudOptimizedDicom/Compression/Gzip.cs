using System.Buffers;
using System.IO.Compression;

namespace CloudOptimizedDicom.Compression;

/// <summary>Gzip (RFC 1952). Thread-safe.</summary>
internal static class Gzip
{
    public const int DefaultLevel = 6;

    private const string Format = "gzip";
    private const int ChunkBytes = 64 << 10;

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
    /// <param name="destination">Receives the content; after an exception, some part of it.</param>
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
        byte[] output = ArrayPool<byte>.Shared.Rent(ChunkBytes);
        try
        {
            source.CopyTo(input);
            MarkerMember.CopyTo(input, source.Length);
            using var members = new MemoryStream(input, 0, source.Length + MarkerMember.Length, writable: false);
            Decompress(members, output, destination, maxBytes);
        }
        catch (InvalidDataException exception)
        {
            throw new CompressedDataException(Format, "it is damaged or cut short", exception);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(input);
            ArrayPool<byte>.Shared.Return(output);
        }
    }

    private static void Decompress(MemoryStream members, byte[] buffer, IBufferWriter<byte> destination, long maxBytes)
    {
        using var inflater = new GZipStream(members, CompressionMode.Decompress);
        long remaining = maxBytes;
        int held = 0;
        while (inflater.Read(buffer, held, buffer.Length - held) is > 0 and int read)
        {
            held += read;
            int ready = Math.Max(held - Marker.Length, 0);
            if (ready > remaining)
            {
                throw CompressedDataException.TooLarge(Format, maxBytes);
            }

            destination.Write(buffer.AsSpan(0, ready));
            remaining -= ready;
            held -= ready;
            buffer.AsSpan(ready, held).CopyTo(buffer);
        }

        if (!buffer.AsSpan(0, held).SequenceEqual(Marker))
        {
            throw new CompressedDataException(Format, "it is cut short, or followed by something else");
        }
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
