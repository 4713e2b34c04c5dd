using System.Buffers.Binary;

namespace CloudOptimizedDicom.Part10;

/// <summary>Binary numbers in the byte order of their element.</summary>
internal static class DicomNumber
{
    public static ushort ReadUInt16(ReadOnlySpan<byte> bytes, bool bigEndian) =>
        bigEndian ? BinaryPrimitives.ReadUInt16BigEndian(bytes) : BinaryPrimitives.ReadUInt16LittleEndian(bytes);

    public static uint ReadUInt32(ReadOnlySpan<byte> bytes, bool bigEndian) =>
        bigEndian ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : BinaryPrimitives.ReadUInt32LittleEndian(bytes);

    public static ulong ReadUInt64(ReadOnlySpan<byte> bytes, bool bigEndian) =>
        bigEndian ? BinaryPrimitives.ReadUInt64BigEndian(bytes) : BinaryPrimitives.ReadUInt64LittleEndian(bytes);

    /// <summary>The two letters of a value representation, which no byte order changes.</summary>
    public static DicomVr ReadVr(ReadOnlySpan<byte> bytes) => (DicomVr)BinaryPrimitives.ReadUInt16LittleEndian(bytes);

    /// <summary>A tag: two 16-bit numbers, group first, each in the byte order of the element.</summary>
    public static DicomTag ReadTag(ReadOnlySpan<byte> bytes, bool bigEndian) =>
        new(ReadUInt16(bytes, bigEndian), ReadUInt16(bytes[2..], bigEndian));
}
