using CloudOptimizedDicom.Part10;

namespace CloudOptimizedDicom;

/// <summary>
/// One frame as it is stored, with what is needed to decode it. It owns its memory. Immutable and thread-safe. Numbers that
/// the instance does not have, or has in no legal form, are <see langword="null"/>.
/// </summary>
public sealed class DicomFrame
{
    private readonly FrameFormat _format;

    internal DicomFrame(FrameKey key, FrameFormat format, bool isEncapsulated, ReadOnlyMemory<byte> bytes)
    {
        InstanceUid = key.InstanceUid;
        FrameNumber = key.FrameNumber;
        IsEncapsulated = isEncapsulated;
        Bytes = bytes;
        _format = format;
    }

    /// <summary>The UID that the instance is stored under.</summary>
    public string InstanceUid { get; }

    /// <summary>The frame, counted from 1 as DICOM counts frames.</summary>
    public int FrameNumber { get; }

    /// <summary>
    /// The bytes: of an encapsulated frame the codestream, its fragments joined; else the samples as they are, without
    /// padding behind them. Samples of a Deflated instance are inflated. A frame that begins inside a byte, as with
    /// Bits Allocated 1, is moved so that it begins with the lowest bit of its first byte; the bits behind it are 0.
    /// </summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>How the bytes are encoded.</summary>
    public TransferSyntax TransferSyntax => _format.TransferSyntax;

    /// <summary>Whether the bytes were stored in fragments (PS3.5 section A.4), which all compressed ones are.</summary>
    public bool IsEncapsulated { get; }

    /// <summary>Rows (0028,0010).</summary>
    public int? Rows => _format.Rows;

    /// <summary>Columns (0028,0011).</summary>
    public int? Columns => _format.Columns;

    /// <summary>Samples per Pixel (0028,0002).</summary>
    public int? SamplesPerPixel => _format.SamplesPerPixel;

    /// <summary>Bits Allocated (0028,0100).</summary>
    public int? BitsAllocated => _format.BitsAllocated;

    /// <summary>Bits Stored (0028,0101).</summary>
    public int? BitsStored => _format.BitsStored;

    /// <summary>High Bit (0028,0102).</summary>
    public int? HighBit => _format.HighBit;

    /// <summary>Pixel Representation (0028,0103): 0 unsigned, 1 two's complement.</summary>
    public int? PixelRepresentation => _format.PixelRepresentation;

    /// <summary>Planar Configuration (0028,0006): 0 sample by sample, 1 plane by plane.</summary>
    public int? PlanarConfiguration => _format.PlanarConfiguration;

    /// <summary>Photometric Interpretation (0028,0004).</summary>
    public string? PhotometricInterpretation => _format.PhotometricInterpretation;

    /// <summary>
    /// The extension that a file of these bytes has: <c>jpg</c>, <c>jls</c>, <c>j2k</c>, <c>jhc</c> (high-throughput JPEG 2000), <c>jxl</c>,
    /// <c>rle</c>, <c>raw</c> for samples, or <c>bin</c> for anything else.
    /// </summary>
    public string FileExtension => TransferSyntax.Family switch
    {
        TransferSyntaxFamily.Jpeg => "jpg",
        TransferSyntaxFamily.JpegLs => "jls",
        TransferSyntaxFamily.Jpeg2000 => "j2k",
        TransferSyntaxFamily.Htj2k => "jhc",
        TransferSyntaxFamily.JpegXl => "jxl",
        TransferSyntaxFamily.Rle => "rle",
        TransferSyntaxFamily.Native or TransferSyntaxFamily.NativeEncapsulated => "raw",
        _ => IsEncapsulated ? "bin" : "raw",
    };
}
