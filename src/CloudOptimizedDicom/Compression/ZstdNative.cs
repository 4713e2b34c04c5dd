using System.Runtime.InteropServices;

namespace CloudOptimizedDicom.Compression;

/// <summary>The functions of libzstd's stable interface (zstd.h) that are used here.</summary>
internal static unsafe partial class ZstdNative
{
    /// <summary>Forgets a frame that was left unfinished, keeps parameters (ZSTD_reset_session_only).</summary>
    public const int ResetSessionOnly = 1;

    static ZstdNative() => NativeLibrary.SetDllImportResolver(typeof(ZstdNative).Assembly, ZstdLibrary.Resolve);

    [LibraryImport(ZstdLibrary.Name, EntryPoint = "ZSTD_createCCtx")]
    public static partial ZstdCompressionContext CreateCompressionContext();

    [LibraryImport(ZstdLibrary.Name, EntryPoint = "ZSTD_freeCCtx")]
    public static partial nuint FreeCompressionContext(nint context);

    [LibraryImport(ZstdLibrary.Name, EntryPoint = "ZSTD_sizeof_CCtx")]
    public static partial nuint SizeOf(ZstdCompressionContext context);

    [LibraryImport(ZstdLibrary.Name, EntryPoint = "ZSTD_compressBound")]
    public static partial nuint CompressBound(nuint sourceSize);

    [LibraryImport(ZstdLibrary.Name, EntryPoint = "ZSTD_compressCCtx")]
    public static partial nuint Compress(
        ZstdCompressionContext context, byte* destination, nuint capacity, byte* source, nuint sourceSize, int level);

    [LibraryImport(ZstdLibrary.Name, EntryPoint = "ZSTD_createDCtx")]
    public static partial ZstdDecompressionContext CreateDecompressionContext();

    [LibraryImport(ZstdLibrary.Name, EntryPoint = "ZSTD_freeDCtx")]
    public static partial nuint FreeDecompressionContext(nint context);

    [LibraryImport(ZstdLibrary.Name, EntryPoint = "ZSTD_sizeof_DCtx")]
    public static partial nuint SizeOf(ZstdDecompressionContext context);

    [LibraryImport(ZstdLibrary.Name, EntryPoint = "ZSTD_DCtx_reset")]
    public static partial nuint Reset(ZstdDecompressionContext context, int directive);

    [LibraryImport(ZstdLibrary.Name, EntryPoint = "ZSTD_decompressDCtx")]
    public static partial nuint Decompress(
        ZstdDecompressionContext context, byte* destination, nuint capacity, byte* source, nuint sourceSize);

    [LibraryImport(ZstdLibrary.Name, EntryPoint = "ZSTD_decompressStream")]
    public static partial nuint DecompressStream(ZstdDecompressionContext context, Buffer* output, Buffer* input);

    [LibraryImport(ZstdLibrary.Name, EntryPoint = "ZSTD_isError")]
    public static partial uint IsError(nuint code);

    [LibraryImport(ZstdLibrary.Name, EntryPoint = "ZSTD_getErrorName")]
    public static partial nint GetErrorName(nuint code);

    /// <summary>ZSTD_inBuffer and ZSTD_outBuffer, which are laid out alike.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Buffer
    {
        public byte* Data;
        public nuint Size;
        public nuint Position;
    }
}
