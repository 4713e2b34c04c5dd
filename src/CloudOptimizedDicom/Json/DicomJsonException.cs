namespace CloudOptimizedDicom.Json;

/// <summary>Bytes are not a DICOM JSON object (PS3.18 annex F).</summary>
public sealed class DicomJsonException : CodException
{
    internal DicomJsonException(long offset, string reason, Exception? innerException = null)
        : base($"Not readable as DICOM JSON at byte {offset}: {reason}.", innerException)
    {
        Offset = offset;
        Reason = reason;
    }

    /// <summary>Where it was noticed, in bytes from the beginning of the JSON.</summary>
    public long Offset { get; }

    /// <summary>What is wrong.</summary>
    public string Reason { get; }
}
