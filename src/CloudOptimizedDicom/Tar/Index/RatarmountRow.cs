using System.Formats.Tar;
using SQLitePCL;

namespace CloudOptimizedDicom.Tar.Index;

/// <summary>The row of the table of files that a query stands at; its columns are checked, for anybody may have written them.</summary>
/// <param name="select">The query.</param>
/// <param name="maxTextBytes">The texts of all rows together may have this many bytes: those of the file, which has to hold them.</param>
internal sealed class RatarmountRow(sqlite3_stmt select, long maxTextBytes)
{
    private const int ModeColumn = 6;
    private const int TypeColumn = 7;

    private long _textBytes;

    public long Mode => WholeNumber(ModeColumn);

    public TarMember ToMember()
    {
        long dataOffset = NotNegative(3);
        long sizeBytes = NotNegative(4);
        if (sizeBytes > long.MaxValue - dataOffset)
        {
            throw new TarIndexException($"a member of {sizeBytes} bytes at {dataOffset} has no end");
        }

        return new TarMember
        {
            Name = $"{Text(0)}/{Text(1)}".TrimStart('/'),
            HeaderOffset = NotNegative(2),
            Data = new ByteRange(dataOffset, sizeBytes),
            ModifiedTime = Number(5),
            Mode = (int)(Mode & RatarmountFileMode.PermissionBits),
            Type = Type(),
            LinkName = Text(8),
            Uid = WholeNumber(9),
            Gid = WholeNumber(10),
        };
    }

    private TarEntryType Type()
    {
        if (raw.sqlite3_column_type(select, TypeColumn) != raw.SQLITE_BLOB)
        {
            return WholeNumber(TypeColumn) is >= 0 and <= 9 and var digit ? (TarEntryType)('0' + digit) : throw WrongType(TypeColumn);
        }

        ReadOnlySpan<byte> flag = raw.sqlite3_column_blob(select, TypeColumn);
        return flag.Length == 1 ? (TarEntryType)flag[0] : throw WrongType(TypeColumn);
    }

    private string Text(int column)
    {
        Require(column, raw.SQLITE_TEXT);

        // Pages that several rows share, as a damaged file may have them, would give more text than there are bytes.
        _textBytes += raw.sqlite3_column_bytes(select, column);
        return _textBytes <= maxTextBytes
            ? raw.sqlite3_column_text(select, column).utf8_to_string()
            : throw new TarIndexException($"its texts have more than the {maxTextBytes} bytes of the file");
    }

    private long WholeNumber(int column)
    {
        Require(column, raw.SQLITE_INTEGER);
        return raw.sqlite3_column_int64(select, column);
    }

    private long NotNegative(int column) => WholeNumber(column) is >= 0 and var value ? value : throw WrongType(column);

    private double Number(int column)
    {
        Require(column, raw.SQLITE_FLOAT);
        return raw.sqlite3_column_double(select, column);
    }

    private void Require(int column, int type)
    {
        if (raw.sqlite3_column_type(select, column) != type)
        {
            throw WrongType(column);
        }
    }

    private TarIndexException WrongType(int column) =>
        new($"column {raw.sqlite3_column_name(select, column).utf8_to_string()} of a file has a value of another kind");
}
