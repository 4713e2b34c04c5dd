namespace CloudOptimizedDicom.Tar;

/// <summary>Where an archive is read from, at any place.</summary>
internal interface ITarSource
{
    long LengthBytes { get; }

    /// <summary>Reads up to the buffer's length; fewer bytes only at the end of the archive.</summary>
    ValueTask<int> ReadAtAsync(Memory<byte> buffer, long offset, CancellationToken cancellationToken);
}
