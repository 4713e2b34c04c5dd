using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace CloudOptimizedDicom.Tar;

/// <summary>
/// What pax and GNU headers say about the members behind them, in place of the ustar fields. Keys that have no influence
/// on where the bytes are and what they are called are passed over.
/// </summary>
internal sealed record PaxAttributes
{
    public static readonly PaxAttributes None = new();

    public string? Path { get; init; }

    public string? LinkPath { get; init; }

    public long? SizeBytes { get; init; }

    public double? ModifiedTime { get; init; }

    public long? Uid { get; init; }

    public long? Gid { get; init; }

    /// <summary>Reads records of the form "length key=value newline" on top of what is known.</summary>
    /// <param name="records">The data of a pax header.</param>
    /// <param name="offset">Where that header is, for errors.</param>
    /// <exception cref="TarFormatException">The records are not of that form, or a value is no number.</exception>
    public PaxAttributes With(ReadOnlySpan<byte> records, long offset)
    {
        PaxAttributes result = this;
        while (!TarBlock.IsZero(records))
        {
            if (!Utf8Parser.TryParse(records, out int length, out int digits)
                || length > records.Length
                || length < digits + " =\n".Length
                || records[digits] != ' '
                || records[length - 1] != '\n'
                || records[(digits + 1)..(length - 1)].IndexOf((byte)'=') is var keyLength && keyLength <= 0)
            {
                throw new TarFormatException(offset, "a pax record is damaged");
            }

            ReadOnlySpan<byte> record = records[(digits + 1)..(length - 1)];
            result = result.With(record[..keyLength], Encoding.UTF8.GetString(record[(keyLength + 1)..]), offset);
            records = records[length..];
        }

        return result;
    }

    /// <summary>A name of an extended header; null when it is empty.</summary>
    /// <exception cref="TarFormatException">The name is too long, or has a NUL.</exception>
    public static string? NameOrNull(string name, long offset)
    {
        if (Encoding.UTF8.GetByteCount(name) > TarHeader.MaxNameBytes || name.Contains('\0', StringComparison.Ordinal))
        {
            throw new TarFormatException(offset, $"a name has a NUL or more than {TarHeader.MaxNameBytes} bytes");
        }

        return name.Length == 0 ? null : name;
    }

    private static long? WholeNumber(string value, long offset)
    {
        if (value.Length == 0)
        {
            return null;
        }

        return long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number)
            ? number
            : throw new TarFormatException(offset, "a pax value is not a whole number");
    }

    private static double? Time(string value, long offset)
    {
        if (value.Length == 0)
        {
            return null;
        }

        const NumberStyles style = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        return double.TryParse(value, style, CultureInfo.InvariantCulture, out double seconds) && double.IsFinite(seconds)
            ? seconds
            : throw new TarFormatException(offset, "a pax time is not a number");
    }

    // An empty value takes back what an earlier header said (POSIX.1-2017, pax, "Extended Header").
    private PaxAttributes With(ReadOnlySpan<byte> key, string value, long offset) => key switch
    {
        _ when key.SequenceEqual("path"u8) => this with { Path = NameOrNull(value, offset) },
        _ when key.SequenceEqual("linkpath"u8) => this with { LinkPath = NameOrNull(value, offset) },
        _ when key.SequenceEqual("size"u8) => this with { SizeBytes = WholeNumber(value, offset) },
        _ when key.SequenceEqual("mtime"u8) => this with { ModifiedTime = Time(value, offset) },
        _ when key.SequenceEqual("uid"u8) => this with { Uid = WholeNumber(value, offset) },
        _ when key.SequenceEqual("gid"u8) => this with { Gid = WholeNumber(value, offset) },
        _ => this,
    };
}
