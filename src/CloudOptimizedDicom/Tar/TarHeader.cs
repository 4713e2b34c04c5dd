using System.Globalization;
using System.Text;

namespace CloudOptimizedDicom.Tar;

/// <summary>
/// The header of a member, the same for the same name and size: no owner, no time, mode 0644. A pax header goes before
/// it only where the ustar fields cannot hold the name or the size.
/// </summary>
internal static class TarHeader
{
    public const int MaxNameBytes = 4096;

    private const int UstarNameBytes = 100;
    private const long MaxUstarSizeBytes = (1L << 33) - 1;

    // Refuses half of a surrogate pair, which has no UTF-8 form that could be read back.
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>All blocks before the data of a member.</summary>
    /// <exception cref="ArgumentException">The name is empty, longer than <see cref="MaxNameBytes"/> or no text that an archive can hold.</exception>
    public static byte[] Create(string name, long sizeBytes)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentOutOfRangeException.ThrowIfNegative(sizeBytes);
        int nameBytes = StrictUtf8.GetByteCount(name);
        if (nameBytes > MaxNameBytes || name.Contains('\0', StringComparison.Ordinal))
        {
            throw new ArgumentException($"A member's name has at most {MaxNameBytes} bytes and no NUL.", nameof(name));
        }

        bool nameFits = nameBytes <= UstarNameBytes && nameBytes == name.Length;
        bool sizeFits = sizeBytes <= MaxUstarSizeBytes;
        byte[] records = StrictUtf8.GetBytes(
            (nameFits ? "" : PaxRecord("path", name)) + (sizeFits ? "" : PaxRecord("size", sizeBytes.ToString(CultureInfo.InvariantCulture))));
        int paxBytes = records.Length == 0 ? 0 : TarBlock.Bytes + records.Length + TarBlock.PaddingBytes(records.Length);

        byte[] header = new byte[paxBytes + TarBlock.Bytes];
        if (paxBytes > 0)
        {
            WriteBlock(header, "././@PaxHeader", 0, records.Length, 'x');
            records.CopyTo(header, TarBlock.Bytes);
        }

        string ustarName = name.Length > UstarNameBytes ? name[..UstarNameBytes] : name;
        WriteBlock(header.AsSpan(paxBytes), ustarName, TarMember.DefaultMode, sizeFits ? sizeBytes : 0, '0');
        return header;
    }

    private static void WriteBlock(Span<byte> block, string name, int mode, long sizeBytes, char type)
    {
        Encoding.ASCII.GetBytes(name, block);
        WriteOctal(block.Slice(100, 7), mode);
        WriteOctal(block.Slice(108, 7), 0);
        WriteOctal(block.Slice(116, 7), 0);
        WriteOctal(block.Slice(124, 11), sizeBytes);
        WriteOctal(block.Slice(136, 11), 0);
        block[156] = (byte)type;
        "ustar\000"u8.CopyTo(block[257..]);
        WriteOctal(block.Slice(TarBlock.ChecksumOffset, 6), TarBlock.Checksum(block));
        block[TarBlock.ChecksumOffset + 7] = (byte)' ';
    }

    private static void WriteOctal(Span<byte> field, long value)
    {
        for (int i = field.Length - 1; i >= 0; i--, value >>= 3)
        {
            field[i] = (byte)('0' + (value & 7));
        }
    }

    /// <summary>A record names its own length, digits included, in bytes.</summary>
    private static string PaxRecord(string key, string value)
    {
        int withoutDigits = StrictUtf8.GetByteCount(value) + key.Length + " =\n".Length;
        int length = withoutDigits + 1;
        while (length != withoutDigits + length.ToString(CultureInfo.InvariantCulture).Length)
        {
            length++;
        }

        return $"{length.ToString(CultureInfo.InvariantCulture)} {key}={value}\n";
    }
}
