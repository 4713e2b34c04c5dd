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
    /// <param name="destination">
    /// Receives the content; is asked for memory once, for just as much as the content has, and not before it is known that
    /// the content is within the limit.
    /// </param>
    /// <param name="maxBytes">The content may be as long as this; no frame's own claim is believed beyond it.</param>
    /// <exception cref="CompressedDataException">The source is anything else, or its content is too long.</exception>
    public static void Decompress(ReadOnlySpan<byte> source, IBufferWriter<byte> destination, long maxBytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(maxBytes);
        ZstdDecompressionContext context = Decompressors.Rent();
        try
        {
            long total = Measure(context, source, Math.Min(maxBytes, Array.MaxLength));
            if (total > 0)
            {
                Inflate(context, source, destination.GetSpan((int)total)[..(int)total]);
                destination.Advance((int)total);
            }
        }
        finally
        {
            Decompressors.Return(context);
        }
    }

    /// <summary>The length of the content. Frames that do not give theirs are inflated for it, and what comes is thrown away.</summary>
    private static long Measure(ZstdDecompressionContext context, ReadOnlySpan<byte> source, long maxBytes)
    {
        long total = 0;
        do
        {
            var frame = ZstdFrame.Read(source);
            total += frame.ContentBytes > maxBytes - total
                ? throw CompressedDataException.TooLarge(Format, maxBytes)
                : frame.ContentBytes ?? MeasureFrame(context, source[..frame.Length], maxBytes - total, maxBytes);
            source = source[frame.Length..];
        }
        while (!source.IsEmpty);
        return total;
    }

    private static long MeasureFrame(ZstdDecompressionContext context, ReadOnlySpan<byte> frame, long remaining, long maxBytes)
    {
        byte[] chunk = ArrayPool<byte>.Shared.Rent(ChunkBytes);
        try
        {
            _ = ZstdNative.Reset(context, ZstdNative.ResetSessionOnly);
            for (long total = 0; ;)
            {
                nuint result = DecompressStep(context, ref frame, chunk, out int produced);
                total += produced;
                if (total > remaining)
                {
                    throw CompressedDataException.TooLarge(Format, maxBytes);
                }

                if (result == 0)
                {
                    return total;
                }

                if (frame.IsEmpty && produced < chunk.Length)
                {
                    throw new CompressedDataException(Format, "it is cut short");
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(chunk);
        }
    }

    private static void Inflate(ZstdDecompressionContext context, ReadOnlySpan<byte> source, Span<byte> content)
    {
        fixed (byte* sourceStart = source, contentStart = content)
        {
            nuint written = ZstdNative.Decompress(context, contentStart, (nuint)content.Length, sourceStart, (nuint)source.Length);
            if (ZstdNative.IsError(written) != 0)
            {
                throw new CompressedDataException(Format, ErrorName(written));
            }

            if ((int)written != content.Length)
            {
                throw new CompressedDataException(Format, $"it has {written} bytes instead of {content.Length}");
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

    private static string ErrorName(nuint code) => Marshal.PtrToStringUTF8(ZstdNative.GetErrorName(code)) ?? "unknown error";
}
