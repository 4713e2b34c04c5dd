namespace CloudOptimizedDicom.Part10;

/// <summary>Recognises the header of native pixels from the bytes in front of them (PS3.5 section 7.1).</summary>
internal static class PixelHeader
{
    /// <summary>Bytes of the longer of the two forms.</summary>
    public const int MaxBytes = LongBytes;

    private const int LongBytes = 12;
    private const int ImplicitBytes = 8;
    private const uint UndefinedLength = 0xFFFFFFFF;

    /// <summary>The length that the header at the end of <paramref name="bytes"/> gives; null when there is none of that tag, or it gives none.</summary>
    public static long? FindLength(ReadOnlySpan<byte> bytes, DicomTag tag, TransferSyntax syntax)
    {
        int size = syntax.IsExplicitVr ? LongBytes : ImplicitBytes;
        if (bytes.Length < size)
        {
            return null;
        }

        ReadOnlySpan<byte> header = bytes[^size..];
        bool isHeader = DicomNumber.ReadTag(header, syntax.IsBigEndian) == tag && (!syntax.IsExplicitVr || IsLong(header[4..]));
        return isHeader && DicomNumber.ReadUInt32(header[^sizeof(uint)..], syntax.IsBigEndian) is not UndefinedLength and var length ? length : null;
    }

    private static bool IsLong(ReadOnlySpan<byte> vr) =>
        vr is [(byte)'O', (byte)'B' or (byte)'W' or (byte)'F' or (byte)'D', 0, 0, ..] or [(byte)'U', (byte)'N', 0, 0, ..];
}
