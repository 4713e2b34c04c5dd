namespace CloudOptimizedDicom;

/// <summary>Reads bytes of one instance; gives all of the range, or throws.</summary>
/// <param name="range">Within the instance, not the archive.</param>
/// <param name="cancellationToken">Ends the call early.</param>
internal delegate ValueTask<ReadOnlyMemory<byte>> ReadInstanceRange(ByteRange range, CancellationToken cancellationToken);
