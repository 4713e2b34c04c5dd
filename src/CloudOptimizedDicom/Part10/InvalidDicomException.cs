namespace CloudOptimizedDicom.Part10;

/// <summary>The bytes are not a DICOM Part 10 file, or are damaged beyond what can be read.</summary>
public sealed class InvalidDicomException : CodException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="offset">Where in the file the damage was found, in bytes from its beginning.</param>
    /// <param name="tag">The element at that place, when there is one.</param>
    /// <param name="reason">What is wrong, without the place.</param>
    public InvalidDicomException(long offset, DicomTag? tag, string reason)
        : base($"Not readable as DICOM: {reason} (byte {offset}{(tag is { } t ? $", element {t}" : "")}).")
    {
        Offset = offset;
        Tag = tag;
        Reason = reason;
    }

    /// <summary>
    /// Where the damage was found, in bytes from the beginning of the file; in the Deflated transfer syntax from the
    /// beginning of the inflated file.
    /// </summary>
    public long Offset { get; }

    /// <summary>The element at that place, when there is one.</summary>
    public DicomTag? Tag { get; }

    /// <summary>What is wrong, without the place.</summary>
    public string Reason { get; }
}
