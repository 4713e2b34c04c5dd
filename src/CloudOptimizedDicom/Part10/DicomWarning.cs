namespace CloudOptimizedDicom.Part10;

/// <summary>
/// Something in a file that is not as DICOM wants it. The file was read all the same; its bytes are stored as they are. It
/// has no value of the file in it, so it can be shown and logged.
/// </summary>
/// <param name="Kind">What kind of fault.</param>
/// <param name="Offset">
/// Where it was found, in bytes from the beginning of the file; in the Deflated transfer syntax from the beginning of the
/// inflated file.
/// </param>
/// <param name="Tag">The element, where there is one.</param>
/// <param name="Reason">What is wrong, without the place.</param>
public sealed record DicomWarning(DicomWarningKind Kind, long Offset, DicomTag? Tag, string Reason)
{
    /// <summary>What is wrong, and where.</summary>
    public string Message => $"{Reason} (byte {Offset}{(Tag is { } tag ? $", element {tag}" : "")})";

    /// <summary>What is wrong, and where.</summary>
    /// <returns><see cref="Message"/>.</returns>
    public override string ToString() => Message;
}
