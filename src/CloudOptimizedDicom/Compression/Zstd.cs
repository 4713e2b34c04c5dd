using System.Buffers;
using System.Runtime.InteropServices;

namespace CloudOptimizedDicom.Compression;

/// <summary>Zstandard (RFC 8878) through the system's libzstd. Thread-safe.</summary>
/// <remarks>Every member throws <see cref="NativeLibraryMissingException"/> where libzstd is not installed.</remarks>
internal static unsafe class Zstd
{
    public const int DefaultLevel = 3;
    public const int MinLevel = 1;
    public const int MaxLevel = 22;

    private const string Format = "zstd";
    private const int ChunkBytes = 64 << 10;

    private static readonly ZstdContextPool<ZstdCompressionContext> Compressors = new(ZstdNative.CreateCompressionContext);
    private static readonly ZstdContextPool<ZstdDecompressionContext> Decompressors = new(ZstdNative.CreateDecompressionContext);

    /// <summary>Writes one frame that gives its content size, which readers in Python need, and has no checksum.</summary>
    public static void Compress(ReadOnlySpan<byte> source, IBufferWriter<byte> destination, int level = DefaultLevel)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(level, MinLevel);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(level, MaxLevel);
        Span<byte> output = destination.GetSpan(checked((int)ZstdNative.CompressBound((nuint)source.Length)));
        ZstdCompressionContext context = Compressors.Rent();
        try
        {
            fixed (byte* sourceStart = source, outputStart = output)
            {
                nuint written = ZstdNative.Compress(
                    context, outputStart, (nuint)output.Length, sourceStart, (nuint)source.Length, level);
                if (ZstdNative.IsError(written) != 0)
                {
                    throw new InvalidOperationException($"libzstd could not compress {source.Length} bytes: {ErrorName(written)}.");
                }

                destination.Advance((int)written);
            }
        }
        finally
        {
            Compressors.Return(context);
        }
    }

    /// <summary>Inflates one or several frames, with or without content size, that fill the source exactly.</summary>
    /// <param name="source">The frames.</param>
    /// <param name="destination">Receives the content; after an exception, some part of it.</param>
    /// <param name="maxBytes">The content may be as long as this; no frame's own claim is believed beyond it.</param>
    /// <exception cref="CompressedDataException">The source is anything else, or its content is too long.</exception>
    public static void Decompress(ReadOnlySpan<byte> source, IBufferWriter<byte> destination, long maxBytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(maxBytes);
        ZstdDecompressionContext context = Decompressors.Rent();
        try
        {
            long remaining = maxBytes;
            do
            {
                remaining -= DecompressFrame(context, ref source, destination, remaining, maxBytes);
            }
            while (!source.IsEmpty);
        }
        finally
        {
            Decompressors.Return(context);
        }
    }

    private static long DecompressFrame(
        ZstdDecompressionContext context, ref ReadOnlySpan<byte> source, IBufferWriter<byte> destination, long remaining, long maxBytes)
    {
        long? contentSize = ReadContentSize(source);
        if (contentSize > remaining)
        {
            throw CompressedDataException.TooLarge(Format, maxBytes);
        }

        _ = ZstdNative.Reset(context, ZstdNative.ResetSessionOnly);
        long written = 0;
        while (true)
        {
            // Room for one byte more than is allowed lets a frame show that it has more.
            long wanted = contentSize - written is { } rest and > 0 ? rest : ChunkBytes;
            int room = (int)Math.Min(Math.Min(wanted, remaining - written + 1), Array.MaxLength);
            nuint result = DecompressStep(context, ref source, destination.GetSpan(room)[..room], out int produced);
            written += produced;
            if (written > remaining)
            {
                throw CompressedDataException.TooLarge(Format, maxBytes);
            }

            destination.Advance(produced);
            if (result == 0)
            {
                return written;
            }

            if (source.IsEmpty && produced < room)
            {
                throw new CompressedDataException(Format, "it is cut short");
            }
        }
    }

    private static nuint DecompressStep(
        ZstdDecompressionContext context, ref ReadOnlySpan<byte> source, Span<byte> destination, out int produced)
    {
        fixed (byte* sourceStart = source, destinationStart = destination)
        {
            var input = new ZstdNative.Buffer { Data = sourceStart, Size = (nuint)source.Length };
            var output = new ZstdNative.Buffer { Data = destinationStart, Size = (nuint)destination.Length };
            nuint result = ZstdNative.DecompressStream(context, &output, &input);
            if (ZstdNative.IsError(result) != 0)
            {
                throw new CompressedDataException(Format, ErrorName(result));
            }

            source = source[(int)input.Position..];
            produced = (int)output.Position;
            return result;
        }
    }

    private static long? ReadContentSize(ReadOnlySpan<byte> source)
    {
        fixed (byte* start = source)
        {
            return ZstdNative.GetFrameContentSize(start, (nuint)source.Length) switch
            {
                ZstdNative.ContentSizeUnknown => null,
                ZstdNative.ContentSizeError => throw new CompressedDataException(Format, "where a frame should begin is none"),
                ulong size => (long)Math.Min(size, long.MaxValue),
            };
        }
    }

    private static string ErrorName(nuint code) => Marshal.PtrToStringUTF8(ZstdNative.GetErrorName(code)) ?? "unknown error";
}
