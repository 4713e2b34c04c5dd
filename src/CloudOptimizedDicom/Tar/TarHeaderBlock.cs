using System.Buffers.Binary;
using System.Formats.Tar;
using System.Text;

namespace CloudOptimizedDicom.Tar;

/// <summary>
/// The fields of one header block of any age: v7, ustar, GNU. Numbers are octal, or base-256 where the first bit is set
/// (a GNU extension).
/// </summary>
internal readonly ref struct TarHeaderBlock
{
    private const int SignBits = 0x40;

    private readonly ReadOnlySpan<byte> _block;
    private readonly long _offset;

    /// <exception cref="TarFormatException">The checksum is wrong.</exception>
    public TarHeaderBlock(ReadOnlySpan<byte> block, long offset)
    {
        _block = block;
        _offset = offset;
        long checksum = Number(TarBlock.ChecksumOffset, TarBlock.ChecksumBytes);
        if (checksum != TarBlock.Checksum(block) && checksum != TarBlock.SignedChecksum(block))
        {
            throw new TarFormatException(offset, $"the header's checksum is {TarBlock.Checksum(block)}, not {checksum}");
        }
    }

    public TarEntryType Type => (TarEntryType)_block[156];

    public string LinkName => Text(157, 100);

    // The letters of the mode's upper bits are left out: some programs put the kind of the file there.
    public int Mode => (int)(Number(100, 8) & 0xFFF);

    public long Uid => Number(108, 8);

    public long Gid => Number(116, 8);

    public long SizeBytes => Number(124, 12);

    public long ModifiedTime => Number(136, 12);

    public string Name
    {
        get
        {
            string prefix = _block.Slice(257, 6).SequenceEqual("ustar\0"u8) ? Text(345, 155) : "";
            return prefix.Length == 0 ? Text(0, 100) : $"{prefix}/{Text(0, 100)}";
        }
    }

    /// <summary>Text up to the first NUL, as UTF-8; other bytes come out as U+FFFD.</summary>
    public static string Text(ReadOnlySpan<byte> bytes)
    {
        int end = bytes.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? bytes : bytes[..end]);
    }

    private string Text(int start, int length) => Text(_block.Slice(start, length));

    private long Number(int start, int length)
    {
        ReadOnlySpan<byte> field = _block.Slice(start, length);
        return (field[0] & 0x80) != 0 ? Base256(field) : Octal(field);
    }

    private long Octal(ReadOnlySpan<byte> field)
    {
        long value = 0;
        foreach (byte digit in field.TrimStart((byte)' '))
        {
            if (digit is 0 or (byte)' ')
            {
                break;
            }

            if (digit is < (byte)'0' or > (byte)'7')
            {
                throw new TarFormatException(_offset, $"a number of the header has the byte {digit:X2}");
            }

            value = (value << 3) + (digit - '0');
        }

        return value;
    }

    private long Base256(ReadOnlySpan<byte> field)
    {
        bool isNegative = (field[0] & SignBits) != 0;
        byte extension = isNegative ? byte.MaxValue : (byte)0;
        Span<byte> low = stackalloc byte[sizeof(long)];
        field[^sizeof(long)..].CopyTo(low);
        if (field.Length == sizeof(long))
        {
            low[0] = (byte)(isNegative ? low[0] : low[0] & ~0x80);
        }
        else if ((field[0] | 0x80) != (extension | 0x80) || field[1..^sizeof(long)].ContainsAnyExcept(extension))
        {
            throw new TarFormatException(_offset, "a number of the header has more than 64 bits");
        }

        long value = BinaryPrimitives.ReadInt64BigEndian(low);
        return value < 0 == isNegative ? value : throw new TarFormatException(_offset, "a number of the header has more than 64 bits");
    }
}
