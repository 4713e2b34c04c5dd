namespace CloudOptimizedDicom.Part10;

/// <summary>What a file has that DICOM does not allow, although it could be read.</summary>
public enum DicomWarningKind
{
    /// <summary>The file ends inside an element; a value that is cut is kept as bytes.</summary>
    EndsEarly,

    /// <summary>The length of an element, item or sequence runs past the end of what it is in; it counts up to there.</summary>
    LengthTooLong,

    /// <summary>Bytes at the end of an item or sequence are no element, and were passed over.</summary>
    StrayBytes,

    /// <summary>The delimiter of a sequence, an item or pixels is missing; what comes next ends it.</summary>
    DelimiterMissing,

    /// <summary>Items without a sequence around them: the sequence before them says that it is empty. They were read as its items.</summary>
    ItemsOutsideSequence,

    /// <summary>A sequence cannot be read; its bytes are kept as one unknown value.</summary>
    SequenceUnreadable,

    /// <summary>Nothing behind a place can be read; what stands before it was.</summary>
    RestUnreadable,

    /// <summary>Elements with a value representation between elements without, or against what the transfer syntax says.</summary>
    MixedEncoding,

    /// <summary>Encapsulated Pixel Data that calls its representation something else than bytes or words.</summary>
    FragmentsUnderOtherVr,

    /// <summary>A Deflated data set with a zlib header in front of it, which the transfer syntax does not have.</summary>
    DeflateWithZlibHeader,

    /// <summary>Native Pixel Data has fewer bytes than rows, columns, bits, samples and frames ask for.</summary>
    PixelsTooShort,
}
