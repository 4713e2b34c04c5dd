using Microsoft.Win32.SafeHandles;

namespace CloudOptimizedDicom.Compression;

/// <summary>The working memory of libzstd, good for one call at a time.</summary>
internal abstract class ZstdContext() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
{
    /// <summary>The native memory that it holds now.</summary>
    public abstract long SizeBytes { get; }
}
