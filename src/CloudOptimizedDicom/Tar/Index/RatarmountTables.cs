using SQLitePCL;

namespace CloudOptimizedDicom.Tar.Index;

/// <summary>
/// Holds a database of unknown origin against the tables that ratarmount makes. Only columns that are stored may be read: a
/// generated one is an expression, and the default of one is given out for every row that is too short to have it, so that a
/// small file could give any number of bytes.
/// </summary>
internal static class RatarmountTables
{
    private const string Files = "files";

    private const string SelectEntries = "SELECT type, name, rootpage FROM sqlite_schema";

    private const string SelectColumns = "PRAGMA table_xinfo(files)";

    /// <summary>The columns of index format 0.5.0, and those that 0.7.0 has behind them.</summary>
    private static readonly string[] Columns =
    [
        "path", "name", "offsetheader", "offset", "size", "mtime", "mode", "type", "linkname", "uid", "gid", "istar", "issparse",
        "isgenerated", "recursiondepth",
    ];

    private const int ColumnsOfFormat5 = 13;

    /// <summary>All that the two formats have in their schemas, but for the indexes that SQLite makes by itself.</summary>
    private static readonly string[] KnownEntries =
    [
        "table files", "table versions", "table metadata", "table xattrkeys", "table xattrsdata", "view xattrs", "trigger xattrs_insert",
    ];

    /// <exception cref="TarIndexException">There is something that ratarmount does not make, or no table of files.</exception>
    public static void RequireKnown(SqliteMemoryDatabase database)
    {
        RequireKnownEntries(database);
        RequireStoredColumns(database);
    }

    private static void RequireKnownEntries(SqliteMemoryDatabase database)
    {
        bool hasFiles = false;
        using sqlite3_stmt select = database.Prepare(SelectEntries);
        while (database.Step(select))
        {
            (string type, string name) = (Text(select, 0), Text(select, 1));
            bool isAutomatic = type == "index" && name.StartsWith("sqlite_autoindex_", StringComparison.Ordinal);
            if (!isAutomatic && !KnownEntries.Contains($"{type} {name}"))
            {
                throw new TarIndexException("its schema has entries that ratarmount does not make");
            }

            // A virtual table has no page of its own.
            hasFiles |= type == "table" && name == Files && raw.sqlite3_column_int64(select, 2) > 0;
        }

        if (!hasFiles)
        {
            throw new TarIndexException("it has no table of files");
        }
    }

    private static void RequireStoredColumns(SqliteMemoryDatabase database)
    {
        const int NameColumn = 1, DefaultColumn = 4, HiddenColumn = 6;
        List<string> columns = [];
        using sqlite3_stmt select = database.Prepare(SelectColumns);
        while (database.Step(select))
        {
            columns.Add(Text(select, NameColumn));
            bool isStored = raw.sqlite3_column_int64(select, HiddenColumn) == 0 && raw.sqlite3_column_type(select, DefaultColumn) == raw.SQLITE_NULL;
            if (!isStored)
            {
                throw new TarIndexException("a column of its table of files is generated or has a default");
            }
        }

        if (!columns.SequenceEqual(Columns[..ColumnsOfFormat5]) && !columns.SequenceEqual(Columns))
        {
            throw new TarIndexException("its table of files has other columns than the index formats 0.5.0 and 0.7.0");
        }
    }

    private static string Text(sqlite3_stmt select, int column) => raw.sqlite3_column_text(select, column).utf8_to_string() ?? "";
}
