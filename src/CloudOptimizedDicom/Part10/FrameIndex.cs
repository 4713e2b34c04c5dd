namespace CloudOptimizedDicom.Part10;

/// <summary>
/// Where each stored frame lies in its file: <c>Offsets[i]</c> is the first byte of frame i, counted from the beginning of
/// the file, <c>Lengths[i]</c> its bytes. Of an encapsulated frame in several fragments the run goes from the data of the
/// first to the end of the last, the item headers between them included.
/// </summary>
internal sealed record FrameIndex(long[] Offsets, long[] Lengths);
