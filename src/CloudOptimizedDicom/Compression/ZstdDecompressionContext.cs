namespace CloudOptimizedDicom.Compression;

/// <summary>A ZSTD_DCtx.</summary>
internal sealed class ZstdDecompressionContext : ZstdContext
{
    public override long SizeBytes => (long)ZstdNative.SizeOf(this);

    protected override bool ReleaseHandle() => ZstdNative.FreeDecompressionContext(handle) == 0;
}
