using System.Buffers.Binary;

namespace CloudOptimizedDicom.Part10;

/// <summary>How the bytes of a compressed frame begin, for each kind of transfer syntax whose frames can be told apart so.</summary>
internal static class Codestream
{
    /// <summary>The first offset in every RLE header: its own 64 bytes (PS3.5 section G.5).</summary>
    private const uint RleHeaderBytes = 64;

    private const uint MaxRleSegments = 15;

    public static bool IsKnown(TransferSyntax syntax) => syntax.Family is
        TransferSyntaxFamily.Rle or TransferSyntaxFamily.Jpeg or TransferSyntaxFamily.JpegLs
        or TransferSyntaxFamily.Jpeg2000 or TransferSyntaxFamily.Htj2k or TransferSyntaxFamily.JpegXl;

    public static bool IsVideo(TransferSyntax syntax) => syntax.Family is
        TransferSyntaxFamily.Mpeg2 or TransferSyntaxFamily.Mpeg4 or TransferSyntaxFamily.Hevc;

    /// <summary>Whether a fragment is the first of a frame.</summary>
    public static bool Begins(TransferSyntax syntax, ReadOnlySpan<byte> fragment) => syntax.Family switch
    {
        TransferSyntaxFamily.Rle => BeginsRle(fragment),
        TransferSyntaxFamily.Jpeg or TransferSyntaxFamily.JpegLs => BeginsJpeg(fragment),
        TransferSyntaxFamily.JpegXl => fragment is [0xFF, 0x0A, ..] or [0, 0, 0, 0x0C, (byte)'J', (byte)'X', (byte)'L', ..],

        // SOC and SIZ; some writers wrongly wrap the codestream into a JP2 file.
        _ => fragment is [0xFF, 0x4F, 0xFF, 0x51, ..] or [0, 0, 0, 0x0C, (byte)'j', (byte)'P', ..],
    };

    /// <summary>SOI and the next marker; any number of FF may stand before a marker (T.81 B.1.1.2), of which those that are kept of each fragment are seen.</summary>
    private static bool BeginsJpeg(ReadOnlySpan<byte> fragment)
    {
        int fill = fragment[..Math.Min(fragment.Length, PixelFragment.KeptBytes)].IndexOfAnyExcept((byte)0xFF);
        return fill >= 1 && fragment[fill] == 0xD8 && (fill + 1 == PixelFragment.KeptBytes || fragment[(fill + 1)..] is [0xFF, ..]);
    }

    private static bool BeginsRle(ReadOnlySpan<byte> fragment) =>
        fragment.Length >= PixelFragment.KeptBytes
        && BinaryPrimitives.ReadUInt32LittleEndian(fragment) is >= 1 and <= MaxRleSegments
        && BinaryPrimitives.ReadUInt32LittleEndian(fragment[4..]) == RleHeaderBytes;
}
