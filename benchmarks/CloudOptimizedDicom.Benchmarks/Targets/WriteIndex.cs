using BenchmarkDotNet.Attributes;
using CloudOptimizedDicom.Tar;
using CloudOptimizedDicom.Tar.Index;
using SQLitePCL;

namespace CloudOptimizedDicom.Benchmarks.Targets;

/// <summary>The index of an archive of 1,000 members.</summary>
public class WriteIndex
{
    private const int Count = 1000;
    private const int MemberBytes = 526_336;

    private readonly TarMember[] _members = [.. Enumerable.Range(0, Count).Select(i => new TarMember
    {
        Name = SeriesNames.Member($"1.2.826.0.1.3680043.10.543.1.1.{i}"),
        HeaderOffset = (long)i * MemberBytes,
        Data = new ByteRange(((long)i * MemberBytes) + TarBlock.Bytes, MemberBytes - TarBlock.Bytes),
    })];

    [Benchmark(Baseline = true, Description = "the same rows by one prepared statement")]
    public int Limit()
    {
        using var database = SqliteMemoryDatabase.Create();
        database.Execute("BEGIN");
        database.Execute(RatarmountSchema.Tables);
        using (sqlite3_stmt insert = database.Prepare(RatarmountSchema.InsertFile))
        {
            foreach (TarMember member in _members)
            {
                raw.sqlite3_bind_text(insert, 1, "/instances");
                raw.sqlite3_bind_text(insert, 2, member.Name);
                raw.sqlite3_bind_int64(insert, 3, member.HeaderOffset);
                raw.sqlite3_bind_int64(insert, 4, member.Data.Offset);
                raw.sqlite3_bind_int64(insert, 5, member.Data.Length);
                raw.sqlite3_bind_double(insert, 6, 0);
                raw.sqlite3_bind_int64(insert, 7, 33188);
                raw.sqlite3_bind_blob(insert, 8, "0"u8);
                raw.sqlite3_bind_text(insert, 9, "");
                raw.sqlite3_bind_int64(insert, 10, 0);
                raw.sqlite3_bind_int64(insert, 11, 0);
                database.Step(insert);
                raw.sqlite3_reset(insert);
            }
        }

        database.Execute("COMMIT");
        return database.Serialize().Length;
    }

    [Benchmark(Description = "index.sqlite of 1,000 members")]
    public int Write() => RatarmountIndex.Write(_members, (long)Count * MemberBytes).Length;
}
