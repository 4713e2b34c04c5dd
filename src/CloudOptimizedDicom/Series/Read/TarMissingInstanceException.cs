namespace CloudOptimizedDicom;

/// <summary>The archive ends before the place where an instance should be.</summary>
public sealed class TarMissingInstanceException : TarValidationException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="archiveUri">The archive.</param>
    /// <param name="instanceUid">The instance.</param>
    /// <param name="range">Where it should be.</param>
    public TarMissingInstanceException(string archiveUri, string instanceUid, ByteRange range)
        : base(archiveUri, instanceUid, $"{archiveUri} has no bytes {range}, where instance {instanceUid} should be.") => Range = range;

    /// <summary>Where it should be.</summary>
    public ByteRange Range { get; }
}
