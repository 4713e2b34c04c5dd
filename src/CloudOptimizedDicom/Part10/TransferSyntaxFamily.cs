namespace CloudOptimizedDicom.Part10;

/// <summary>How a transfer syntax stores the samples of a frame.</summary>
internal enum TransferSyntaxFamily
{
    /// <summary>Not known, or not stored in the instance (JPIP, SMPTE ST 2110, the retired MIME and XML encodings).</summary>
    Other,

    /// <summary>As they are, one after the other.</summary>
    Native,

    /// <summary>As they are, a fragment per frame.</summary>
    NativeEncapsulated,

    /// <summary>Each frame deflated on its own.</summary>
    DeflatedFrame,

    /// <summary>PackBits per byte plane (PS3.5 annex G).</summary>
    Rle,

    /// <summary>JPEG (ISO 10918), lossy or lossless.</summary>
    Jpeg,

    /// <summary>JPEG-LS (ISO 14495).</summary>
    JpegLs,

    /// <summary>JPEG 2000 (ISO 15444-1 and -2).</summary>
    Jpeg2000,

    /// <summary>JPEG XL (ISO 18181).</summary>
    JpegXl,

    /// <summary>High-throughput JPEG 2000 (ISO 15444-15).</summary>
    Htj2k,

    /// <summary>MPEG-2 video: frames cannot be cut out.</summary>
    Mpeg2,

    /// <summary>MPEG-4 AVC/H.264 video: frames cannot be cut out.</summary>
    Mpeg4,

    /// <summary>HEVC/H.265 video: frames cannot be cut out.</summary>
    Hevc,
}
