using Microsoft.Data.Sqlite;

namespace CloudOptimizedDicom.Tests.Tar.Index;

/// <summary>A SQLite file of one test; it is gone when disposed.</summary>
internal sealed class SqliteFile : IDisposable
{
    private readonly string _path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName() + ".sqlite");

    public SqliteFile(byte[]? content = null) => File.WriteAllBytes(_path, content ?? []);

    public byte[] Bytes => File.ReadAllBytes(_path);

    /// <summary>Runs a statement, and gives the rows with the kind of each value before it, such as <c>Int64 512</c>.</summary>
    public List<string> Query(string sql)
    {
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = _path, Pooling = false }.ToString());
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        using SqliteDataReader reader = command.ExecuteReader();
        var rows = new List<string>();
        while (reader.Read())
        {
            rows.Add(string.Join(" | ", Enumerable.Range(0, reader.FieldCount).Select(i => Describe(reader.GetValue(i)))));
        }

        return rows;
    }

    public void Dispose() => File.Delete(_path);

    private static string Describe(object value) => value is byte[] bytes
        ? $"Blob {Convert.ToHexString(bytes)}"
        : FormattableString.Invariant($"{value.GetType().Name} {value}");
}
