using System.Buffers.Binary;
using System.Formats.Tar;
using System.Text.Json;
using CloudOptimizedDicom.Tar;
using CloudOptimizedDicom.Tar.Index;

namespace CloudOptimizedDicom.Tests.Tar.Index;

public sealed class RatarmountIndexTests
{
    private static readonly string[] GoldenCases =
    [
        .. Directory.GetDirectories(Repository.TestData("cod"))
            .Where(path => File.Exists(Path.Combine(path, "index.sqlite")))
            .Select(path => Path.GetFileName(path))
            .Order(StringComparer.Ordinal),
    ];

    private static readonly string[] Tables = ["files", "versions", "metadata"];

    [TestCaseSource(nameof(GoldenCases))]
    public async Task Write_ArchiveOfPython_HasTheRowsOfItsIndex(string goldenCase)
    {
        byte[] archive = Golden(goldenCase, "series.tar");
        using var golden = new SqliteFile(Golden(goldenCase, "index.sqlite"));
        using var ours = new SqliteFile(RatarmountIndex.Write(await TestArchive.ListAsync(archive), archive.Length));
        using (Assert.EnterMultipleScope())
        {
            foreach (string query in (string[])["SELECT * FROM files", "SELECT * FROM versions", "SELECT * FROM metadata WHERE key <> 'tarstats'"])
            {
                Assert.That(ours.Query($"{query} ORDER BY rowid"), Is.EqualTo(golden.Query($"{query} ORDER BY rowid")));
            }
        }
    }

    [TestCaseSource(nameof(GoldenCases))]
    public async Task Read_IndexOfPython_HasTheMembersOfItsArchive(string goldenCase) =>
        Assert.That(RatarmountIndex.Read(Golden(goldenCase, "index.sqlite")), Is.EqualTo(await TestArchive.ListAsync(Golden(goldenCase, "series.tar"))));

    [Test]
    public async Task Read_IndexOfRatarmount0111_HasTheMembersOfItsArchive() =>
        Assert.That(
            RatarmountIndex.Read(Golden("ct5__v2", "index.ratarmount-0.11.1.sqlite")),
            Is.EqualTo(await TestArchive.ListAsync(Golden("ct5__v2", "series.tar"))));

    [Test]
    public void Write_Index_HasTheTablesThatPythonMakes()
    {
        using var golden = new SqliteFile(Golden("ct5__v2", "index.sqlite"));
        using var ours = new SqliteFile(RatarmountIndex.Write(Members(3), 10240));
        using (Assert.EnterMultipleScope())
        {
            foreach (string query in Tables.Select(table => $"PRAGMA table_info({table})").Append("SELECT type, name FROM sqlite_schema"))
            {
                Assert.That(ours.Query(query), Is.EqualTo(golden.Query(query)));
            }
        }
    }

    [Test]
    public void Write_ArchiveStatus_HasTheKeysOfPythonAndTheSize()
    {
        using var golden = new SqliteFile(Golden("ct5__v2", "index.sqlite"));
        using var ours = new SqliteFile(RatarmountIndex.Write(Members(3), 7_777_777_777));
        const string query = "SELECT value FROM metadata WHERE key = 'tarstats'";
        JsonElement expected = JsonElement.Parse(golden.Query(query)[0]["String ".Length..]);
        JsonElement status = JsonElement.Parse(ours.Query(query)[0]["String ".Length..]);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(status.EnumerateObject().Select(entry => entry.Name), Is.EqualTo(expected.EnumerateObject().Select(entry => entry.Name)));
            Assert.That(status.GetProperty("st_size").GetInt64(), Is.EqualTo(7_777_777_777));
            Assert.That(status.GetProperty("st_mode").GetInt32(), Is.EqualTo(expected.GetProperty("st_mode").GetInt32()));
        }
    }

    [Test]
    public void Write_SameMembers_GivesTheSameBytes()
    {
        byte[] first = RatarmountIndex.Write(Members(1000), 10240);
        Assert.That(RatarmountIndex.Write(Members(1000), 10240), Is.EqualTo(first));
    }

    [Test]
    public void Write_Index_IsAWholeDatabaseInPlainForm()
    {
        byte[] index = RatarmountIndex.Write(Members(1000), 10240);
        using var file = new SqliteFile(index);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(BinaryPrimitives.ReadUInt16BigEndian(index.AsSpan(16)), Is.EqualTo(4096), "page size");
            Assert.That(index[18..20], Is.EqualTo(new byte[] { 1, 1 }), "no write-ahead log");
            Assert.That(index.Length % 4096, Is.Zero);
            Assert.That(file.Query("PRAGMA integrity_check"), Is.EqualTo(new[] { "String ok" }));
            Assert.That(file.Query("PRAGMA user_version"), Is.EqualTo(new[] { "Int64 0" }));
            Assert.That(file.Query("PRAGMA journal_mode"), Is.EqualTo(new[] { "String delete" }));
            Assert.That(file.Query("PRAGMA freelist_count"), Is.EqualTo(new[] { "Int64 0" }));
            Assert.That(file.Query("PRAGMA encoding"), Is.EqualTo(new[] { "String UTF-8" }));
        }
    }

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(5000)]
    public void Read_IndexOfOurs_HasTheSameMembers(int count) =>
        Assert.That(RatarmountIndex.Read(RatarmountIndex.Write(Members(count), 10240)), Is.EqualTo(Members(count)));

    [Test]
    public void Write_ForeignMembers_HaveTheirKindsAndEveryFolderOnce()
    {
        TarMember[] members =
        [
            Member("./a/b/file", 512), Member("a/", 2048, TarEntryType.Directory), Member("top", 4096),
            Member("a/link", 5120, TarEntryType.SymbolicLink) with { LinkName = "../top" }, Member("./", 6144, TarEntryType.Directory),
        ];
        using var file = new SqliteFile(RatarmountIndex.Write(members, 10240));
        Assert.That(
            file.Query("SELECT path || '>' || name, offsetheader, printf('%o', mode), linkname FROM files ORDER BY rowid"),
            Is.EqualTo(new[]
            {
                "String /a/b>file | Int64 512 | String 100644 | String ",
                "String >a | Int64 2048 | String 40644 | String ",
                "String >top | Int64 4096 | String 100644 | String ",
                "String /a>link | Int64 5120 | String 120644 | String ../top",
                "String /a>b | Int64 512 | String 40555 | String ",
            }));
    }

    [TestCase("DROP TABLE files")]
    [TestCase("ALTER TABLE files DROP COLUMN size")]
    [TestCase("UPDATE files SET offset = 'text'")]
    [TestCase("UPDATE files SET offset = -1")]
    [TestCase("UPDATE files SET offset = NULL")]
    [TestCase("UPDATE files SET size = 9223372036854775807")]
    [TestCase("UPDATE files SET mode = 1.5")]
    [TestCase("UPDATE files SET name = x'00FF'")]
    [TestCase("UPDATE files SET type = 'x'")]
    [TestCase("UPDATE files SET type = x'3030'")]
    [TestCase("UPDATE files SET mtime = 'never'")]
    [TestCase("UPDATE files SET linkname = NULL")]
    [TestCase("ALTER TABLE files RENAME TO real; CREATE VIEW files AS SELECT * FROM real")]
    [TestCase("DROP TABLE files; CREATE VIEW files AS WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x FROM n) SELECT x AS path, x AS name, x AS offsetheader, x AS offset, x AS size, x AS mtime, x AS mode, x AS type, x AS linkname, x AS uid, x AS gid FROM n")]
    [TestCase("PRAGMA journal_mode = WAL")]
    public void Read_DatabaseThatIsNoIndex_Throws(string change)
    {
        using var file = new SqliteFile(RatarmountIndex.Write(Members(3), 10240));
        file.Query(change);
        byte[] index = file.Bytes;
        Assert.That(() => RatarmountIndex.Read(index), Throws.InstanceOf<TarIndexException>());
    }

    [TestCase("DROP TABLE files; CREATE TABLE files (path TEXT, name TEXT, offsetheader INTEGER, offset INTEGER, size INTEGER, mtime REAL, mode INTEGER, type INTEGER, linkname TEXT AS (hex(zeroblob(500000))), uid INTEGER, gid INTEGER, istar BOOL, issparse BOOL); WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT 100) INSERT INTO files (path, name, offsetheader, offset, size, mtime, mode, type, uid, gid) SELECT '', x, 0, 0, 0, 0.0, 33188, 0, 0, 0 FROM n")]
    [TestCase("PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = replace(sql, '\"linkname\" VARCHAR(65535)', '\"linkname\" VARCHAR(65535) DEFAULT ''long''') WHERE name = 'files'")]
    [TestCase("ALTER TABLE files ADD COLUMN more TEXT")]
    [TestCase("CREATE TABLE more (x)")]
    [TestCase("CREATE INDEX more ON files (hex(path))")]
    [TestCase("CREATE TRIGGER more AFTER INSERT ON files BEGIN DELETE FROM files; END")]
    [TestCase("CREATE VIRTUAL TABLE more USING fts5(x)")]
    [TestCase("DROP TABLE files; CREATE VIRTUAL TABLE files USING fts5(path, name)")]
    public void Read_IndexWithMoreThanRatarmountMakes_IsRefusedBeforeRowsAreRead(string change)
    {
        using var file = new SqliteFile(RatarmountIndex.Write(Members(3), 10240));
        file.Query(change);
        byte[] index = file.Bytes;
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.That(() => RatarmountIndex.Read(index), Throws.InstanceOf<TarIndexException>());
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(1 << 20));
    }

    [Test]
    public void ToMember_MoreTextThanTheFileHasBytes_IsRefused()
    {
        using var database = SqliteMemoryDatabase.OpenUntrusted(RatarmountIndex.Write(Members(3), 10240));
        using SQLitePCL.sqlite3_stmt select = database.Prepare(RatarmountSchema.SelectFiles);
        var row = new RatarmountRow(select, maxTextBytes: 40);
        database.Step(select);
        Assert.That(() => row.ToMember(), Throws.Nothing);
        database.Step(select);
        database.Step(select);
        Assert.That(() => row.ToMember(), Throws.InstanceOf<TarIndexException>());
    }

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(100)]
    [TestCase(4096)]
    [TestCase(100_000)]
    public void Read_BytesThatAreNoDatabase_Throws(int length)
    {
        byte[] bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        Assert.That(() => RatarmountIndex.Read(bytes), Throws.InstanceOf<TarIndexException>());
    }

    [Test]
    public void Read_MutatedIndexes_GiveMembersOrAnIndexError()
    {
        var random = new Random(21);
        byte[] index = RatarmountIndex.Write(Members(40), 10240);
        int errors = 0;
        for (int i = 0; i < 500; i++)
        {
            byte[] mutated = index[..(random.Next(5) == 0 ? random.Next(index.Length) : index.Length)];
            for (int count = random.Next(1, 30); count > 0 && mutated.Length > 0; count--)
            {
                mutated[random.Next(mutated.Length)] = (byte)random.Next(256);
            }

            try
            {
                RatarmountIndex.Read(mutated);
            }
            catch (TarIndexException)
            {
                errors++;
            }
        }

        Assert.That(errors, Is.InRange(50, 499));
    }

    private static byte[] Golden(string goldenCase, string file) => File.ReadAllBytes(Repository.TestData("cod", goldenCase, file));

    private static TarMember[] Members(int count) => [.. Enumerable.Range(0, count).Select(i => Member($"instances/1.2.840.{i}.dcm", i * 14_000L))];

    private static TarMember Member(string name, long headerOffset, TarEntryType type = TarEntryType.RegularFile) => new()
    {
        Name = name,
        HeaderOffset = headerOffset,
        Data = new ByteRange(headerOffset + 512, 13_000),
        Type = type,
    };
}
