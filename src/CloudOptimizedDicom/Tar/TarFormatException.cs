namespace CloudOptimizedDicom.Tar;

/// <summary>Bytes of an archive are not what the tar format allows, or go past the limits of this library.</summary>
internal sealed class TarFormatException : CodException
{
    public TarFormatException(long offset, string reason, Exception? innerException = null)
        : base($"Not readable as tar at byte {offset}: {reason}.", innerException)
    {
        Offset = offset;
        Reason = reason;
    }

    /// <summary>The block that is wrong, counted from the beginning of the archive.</summary>
    public long Offset { get; }

    /// <summary>What is wrong, without the place.</summary>
    public string Reason { get; }
}
