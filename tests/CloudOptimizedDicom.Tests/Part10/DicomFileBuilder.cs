using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using CloudOptimizedDicom.Part10;

namespace CloudOptimizedDicom.Tests.Part10;

/// <summary>Writes the bytes of small Part 10 files, right and wrong ones.</summary>
internal sealed class DicomFileBuilder
{
    public const uint UndefinedLength = 0xFFFFFFFF;

    private readonly List<byte> _bytes = [];
    private TransferSyntax _syntax = TransferSyntax.ExplicitVrLittleEndian;

    /// <summary>How many bytes there are so far: where the next one will lie in the file.</summary>
    public int Position => _bytes.Count;

    /// <summary>A file with preamble and file meta information, at the beginning of its data set.</summary>
    public static DicomFileBuilder Create(TransferSyntax? syntax = null)
    {
        DicomFileBuilder file = new DicomFileBuilder().Raw(new byte[128]).Raw("DICM"u8);
        file.Element(DicomTag.TransferSyntaxUID, DicomVr.UI, (syntax ?? file._syntax).Uid);
        file._syntax = syntax ?? file._syntax;
        return file;
    }

    public DicomFileBuilder Raw(ReadOnlySpan<byte> bytes)
    {
        _bytes.AddRange(bytes);
        return this;
    }

    /// <summary>Any header, with any length.</summary>
    public DicomFileBuilder Header(DicomTag tag, DicomVr vr, uint length)
    {
        WriteTag(tag);
        if (!_syntax.IsExplicitVr)
        {
            return UInt32(length);
        }

        Raw([(byte)((ushort)vr & 0xFF), (byte)((ushort)vr >> 8)]);
        return vr.HasLongLength() ? UInt16(0).UInt32(length) : UInt16((ushort)length);
    }

    public DicomFileBuilder Element(DicomTag tag, DicomVr vr, ReadOnlySpan<byte> value) => Header(tag, vr, (uint)value.Length).Raw(value);

    /// <summary>A text, padded to an even length.</summary>
    public DicomFileBuilder Element(DicomTag tag, DicomVr vr, string text) =>
        Element(tag, vr, Encoding.Latin1.GetBytes(text.Length % 2 == 0 ? text : text + (vr == DicomVr.UI ? '\0' : ' ')));

    public DicomFileBuilder Element(DicomTag tag, ushort number) => Header(tag, DicomVr.US, sizeof(ushort)).UInt16(number);

    /// <summary>A sequence; its length is patched in when it is to be defined.</summary>
    public DicomFileBuilder Sequence(DicomTag tag, bool isDefined, Action<DicomFileBuilder> writeItems, DicomVr vr = DicomVr.SQ) =>
        Enclose(Header(tag, vr, UndefinedLength), isDefined, writeItems, SequenceDelimiter);

    public DicomFileBuilder Item(bool isDefined, Action<DicomFileBuilder> writeElements) =>
        Enclose(ItemHeader(UndefinedLength), isDefined, writeElements, ItemDelimiter);

    public DicomFileBuilder ItemHeader(uint length) => WriteTag(new DicomTag(0xFFFEE000)).UInt32(length);

    public DicomFileBuilder ItemDelimiter() => WriteTag(new DicomTag(0xFFFEE00D)).UInt32(0);

    public DicomFileBuilder SequenceDelimiter() => WriteTag(new DicomTag(0xFFFEE0DD)).UInt32(0);

    /// <summary>Encapsulated Pixel Data: the Basic Offset Table, then the fragments.</summary>
    public DicomFileBuilder Pixels(ReadOnlySpan<uint> table, params byte[][] fragments)
    {
        Header(DicomTag.PixelData, DicomVr.OB, UndefinedLength).ItemHeader((uint)table.Length * sizeof(uint));
        foreach (uint offset in table)
        {
            UInt32(offset);
        }

        foreach (byte[] fragment in fragments)
        {
            ItemHeader((uint)fragment.Length).Raw(fragment);
        }

        return SequenceDelimiter();
    }

    /// <summary>Goes on for some elements in another encoding than that of the file.</summary>
    public DicomFileBuilder In(TransferSyntax syntax, Action<DicomFileBuilder> write)
    {
        TransferSyntax before = _syntax;
        _syntax = syntax;
        write(this);
        _syntax = before;
        return this;
    }

    public byte[] ToArray() => _bytes.ToArray();

    private DicomFileBuilder Enclose(DicomFileBuilder header, bool isDefined, Action<DicomFileBuilder> write, Func<DicomFileBuilder> delimit)
    {
        int start = header.Position;
        write(this);
        if (!isDefined)
        {
            return delimit();
        }

        Span<byte> length = CollectionsMarshal.AsSpan(_bytes).Slice(start - sizeof(uint), sizeof(uint));
        BinaryPrimitives.WriteUInt32LittleEndian(length, InFileOrder((uint)(Position - start)));
        return this;
    }

    private DicomFileBuilder WriteTag(DicomTag tag) => UInt16(tag.Group).UInt16(tag.Element);

    private DicomFileBuilder UInt16(ushort number)
    {
        Span<byte> bytes = stackalloc byte[sizeof(ushort)];
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, _syntax.IsBigEndian ? BinaryPrimitives.ReverseEndianness(number) : number);
        return Raw(bytes);
    }

    private DicomFileBuilder UInt32(uint number)
    {
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, InFileOrder(number));
        return Raw(bytes);
    }

    private uint InFileOrder(uint number) => _syntax.IsBigEndian ? BinaryPrimitives.ReverseEndianness(number) : number;
}
