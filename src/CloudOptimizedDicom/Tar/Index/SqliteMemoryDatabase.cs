using System.Buffers;
using System.Runtime.InteropServices;
using SQLitePCL;

namespace CloudOptimizedDicom.Tar.Index;

/// <summary>A SQLite database that never touches a disk. Used by one thread at a time.</summary>
internal sealed class SqliteMemoryDatabase : IDisposable
{
    private const int OpenFlags = raw.SQLITE_OPEN_READWRITE | raw.SQLITE_OPEN_CREATE | raw.SQLITE_OPEN_MEMORY | raw.SQLITE_OPEN_NOMUTEX;
    private const string Main = "main";
    private const int StepsPerCheck = 1000;

    /// <summary>
    /// Limits of a database of unknown origin. Each is far above what an index needs. SQLite's limit on its heap is one of
    /// the whole process, which belongs to the application, so memory is bounded by these and by the checks of the reader.
    /// </summary>
    private static readonly (int Limit, int Value)[] UntrustedLimits =
    [
        (raw.SQLITE_LIMIT_LENGTH, 1 << 20),
        (raw.SQLITE_LIMIT_SQL_LENGTH, 64 << 10),
        (raw.SQLITE_LIMIT_COLUMN, 64),
        (raw.SQLITE_LIMIT_EXPR_DEPTH, 16),
        (raw.SQLITE_LIMIT_COMPOUND_SELECT, 1),
        (raw.SQLITE_LIMIT_VDBE_OP, 2000),
        (raw.SQLITE_LIMIT_FUNCTION_ARG, 8),
        (raw.SQLITE_LIMIT_ATTACHED, 0),
        (raw.SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 64),
        (raw.SQLITE_LIMIT_VARIABLE_NUMBER, 0),
        (raw.SQLITE_LIMIT_TRIGGER_DEPTH, 1),
        (raw.SQLITE_LIMIT_WORKER_THREADS, 0),
    ];

    private readonly sqlite3 _database;
    private MemoryHandle _content;

    static SqliteMemoryDatabase() => Batteries_V2.Init();

    private SqliteMemoryDatabase() => Check(raw.sqlite3_open_v2(":memory:", out _database, OpenFlags, null));

    public static SqliteMemoryDatabase Create() => new();

    /// <summary>
    /// Opens the bytes of a database of unknown origin to read from it. Its views and triggers are off, its expressions may
    /// call only harmless functions, and a query that takes more steps than the bytes can explain is ended. What its tables
    /// are is for the caller to check before rows are read: a column may be an expression.
    /// </summary>
    public static SqliteMemoryDatabase OpenUntrusted(ReadOnlyMemory<byte> content)
    {
        var result = new SqliteMemoryDatabase();
        try
        {
            result.Restrict(content.Length);
            result.Load(content);
            return result;
        }
        catch
        {
            result.Dispose();
            throw;
        }
    }

    public void Execute(string sql) => Check(raw.sqlite3_exec(_database, sql));

    public sqlite3_stmt Prepare(string sql)
    {
        Check(raw.sqlite3_prepare_v2(_database, sql, out sqlite3_stmt statement));
        return statement;
    }

    /// <summary>Whether there is a row.</summary>
    public bool Step(sqlite3_stmt statement)
    {
        int result = raw.sqlite3_step(statement);
        if (result != raw.SQLITE_DONE)
        {
            Check(result == raw.SQLITE_ROW ? raw.SQLITE_OK : result);
        }

        return result == raw.SQLITE_ROW;
    }

    /// <summary>The database as the bytes of its file.</summary>
    public byte[] Serialize()
    {
        IntPtr content = raw.sqlite3_serialize(_database, Main, out long size, 0);
        if (content == IntPtr.Zero)
        {
            throw new TarIndexException("SQLite had no memory to write it");
        }

        try
        {
            byte[] bytes = new byte[size];
            Marshal.Copy(content, bytes, 0, bytes.Length);
            return bytes;
        }
        finally
        {
            raw.sqlite3_free(content);
        }
    }

    public void Dispose()
    {
        _database?.Dispose();
        _content.Dispose();
    }

    private void Restrict(int contentBytes)
    {
        foreach ((int limit, int value) in UntrustedLimits)
        {
            raw.sqlite3_limit(_database, limit, value);
        }

        Check(raw.sqlite3_db_config(_database, raw.SQLITE_DBCONFIG_ENABLE_VIEW, 0, out _));
        Check(raw.sqlite3_db_config(_database, raw.SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, out _));
        Check(raw.sqlite3_db_config(_database, raw.SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, out _));
        Check(raw.sqlite3_db_config(_database, raw.SQLITE_DBCONFIG_DEFENSIVE, 1, out _));

        // A row of the smallest size has more bytes than reading it takes steps.
        int checksLeft = (contentBytes / StepsPerCheck * 4) + 100;
        raw.sqlite3_progress_handler(_database, StepsPerCheck, _ => checksLeft-- > 0 ? 0 : 1, null);
    }

    private unsafe void Load(ReadOnlyMemory<byte> content)
    {
        if (content.IsEmpty)
        {
            throw new TarIndexException("it is empty");
        }

        _content = content.Pin();
        Check(raw.sqlite3_deserialize(
            _database, Main, (IntPtr)_content.Pointer, content.Length, content.Length, raw.SQLITE_DESERIALIZE_READONLY));
    }

    private void Check(int result)
    {
        if (result != raw.SQLITE_OK)
        {
            throw new TarIndexException($"{raw.sqlite3_errmsg(_database).utf8_to_string()} (SQLite error {result})");
        }
    }
}
