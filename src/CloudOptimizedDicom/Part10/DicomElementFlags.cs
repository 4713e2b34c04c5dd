namespace CloudOptimizedDicom.Part10;

[Flags]
internal enum DicomElementFlags : ushort
{
    None = 0,

    /// <summary>Numbers of this element are big endian.</summary>
    BigEndian = 1,

    /// <summary>Of an item: its tags do not strictly ascend, so one of them may occur twice.</summary>
    Unordered = 2,

    /// <summary>The value is a sequence of fragments (PS3.5 section A.4).</summary>
    Encapsulated = 4,

    /// <summary>The dictionary says US or SS; Pixel Representation decides.</summary>
    UsOrSs = 8,

    /// <summary>The dictionary says US or OW; LUT Descriptor decides.</summary>
    UsOrOw = 16,

    /// <summary>The value ends where the file, or what is around the element, does: it is a part of one, and no number or UID.</summary>
    Cut = 32,
}
