namespace CloudOptimizedDicom.Compression;

/// <summary>A ZSTD_CCtx.</summary>
internal sealed class ZstdCompressionContext : ZstdContext
{
    public override long SizeBytes => (long)ZstdNative.SizeOf(this);

    protected override bool ReleaseHandle() => ZstdNative.FreeCompressionContext(handle) == 0;
}
