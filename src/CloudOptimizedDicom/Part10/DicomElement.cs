namespace CloudOptimizedDicom.Part10;

/// <summary>
/// One entry of a <see cref="DicomDataset"/>: a data element, or an item of a sequence (tag (FFFE,E000)). Entries stand in
/// file order; the children of a sequence follow it, up to <see cref="Next"/>.
/// </summary>
internal struct DicomElement
{
    public DicomTag Tag;

    /// <summary>The representation in the file or, for an implicit header or UN, the dictionary's.</summary>
    public DicomVr Vr;

    public DicomElementFlags Flags;

    /// <summary>Where the value begins, in bytes from the beginning of the (inflated) file.</summary>
    public long ValueOffset;

    /// <summary>Bytes of the value that are in the file; of an undefined length, up to the delimiter (exclusive).</summary>
    public long Length;

    /// <summary>Where the value begins in the kept bytes of the data set.</summary>
    public int KeptAt;

    /// <summary>Index of the entry behind this one and all that it contains.</summary>
    public int Next;

    public readonly bool Has(DicomElementFlags flag) => (Flags & flag) != 0;
}
