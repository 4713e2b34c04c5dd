namespace CloudOptimizedDicom.Part10;

/// <summary>What stands between the tag and the value of an element, as one of the encodings has it (PS3.5 section 7.1).</summary>
/// <param name="Vr">The value representation; <see cref="DicomVr.None"/> where the encoding has none.</param>
/// <param name="Bytes">Bytes of the header, the tag included.</param>
/// <param name="Length">Bytes of the value; <see cref="UndefinedLength"/> where a delimiter ends it.</param>
internal readonly record struct ElementHeader(DicomVr Vr, int Bytes, uint Length)
{
    public const uint UndefinedLength = 0xFFFFFFFF;
    public const int ShortBytes = 8;
    public const int LongBytes = 12;

    public bool IsImplicit => Vr == DicomVr.None;

    public bool IsUndefined => Length == UndefinedLength;

    /// <summary>Bytes of header and value.</summary>
    public long End => (long)Bytes + Length;

    /// <summary>Without representation: eight bytes.</summary>
    public static ElementHeader ReadImplicit(ReadOnlySpan<byte> bytes, bool bigEndian) =>
        new(DicomVr.None, ShortBytes, DicomNumber.ReadUInt32(bytes[4..], bigEndian));

    /// <summary>With a representation and a length of 16 bits: eight bytes.</summary>
    public static ElementHeader ReadShort(ReadOnlySpan<byte> bytes, bool bigEndian) =>
        new(DicomNumber.ReadVr(bytes[4..]), ShortBytes, DicomNumber.ReadUInt16(bytes[6..], bigEndian));

    /// <summary>With a representation, two reserved bytes and a length of 32 bits: twelve bytes; fewer make a length of 0.</summary>
    public static ElementHeader ReadLong(ReadOnlySpan<byte> bytes, bool bigEndian) =>
        new(DicomNumber.ReadVr(bytes[4..]), LongBytes, bytes.Length < LongBytes ? 0 : DicomNumber.ReadUInt32(bytes[8..], bigEndian));

    /// <summary>With the representation that is there.</summary>
    public static ElementHeader ReadExplicit(ReadOnlySpan<byte> bytes, bool bigEndian) =>
        DicomNumber.ReadVr(bytes[4..]).HasLongLength() ? ReadLong(bytes, bigEndian) : ReadShort(bytes, bigEndian);

    /// <summary>Whether header and value, as far as their length is known, are within what is around them.</summary>
    public bool FitsInto(long room) => IsUndefined ? Bytes <= room : End <= room;
}
