using System.Formats.Tar;
using System.Text;
using SQLitePCL;

namespace CloudOptimizedDicom.Tar.Index;

/// <summary>
/// The index with which ratarmount mounts an archive without reading it: one row for each member, and one for each folder
/// that members lie in. Writes format 0.5.0, reads that and 0.7.0.
/// </summary>
internal static class RatarmountIndex
{
    /// <summary>The index of an archive; the same members give the same bytes.</summary>
    /// <param name="members">The members in their order.</param>
    /// <param name="archiveBytes">Length of the whole archive.</param>
    public static byte[] Write(IReadOnlyList<TarMember> members, long archiveBytes)
    {
        using var database = SqliteMemoryDatabase.Create();
        database.Execute("PRAGMA page_size = 4096; BEGIN");
        database.Execute(RatarmountSchema.Tables);
        using (sqlite3_stmt insert = database.Prepare(RatarmountSchema.InsertFile))
        {
            var folders = new Dictionary<string, TarMember>(StringComparer.Ordinal);
            var folderOrder = new List<string>();
            var ownFolders = new HashSet<string>(StringComparer.Ordinal);
            foreach (TarMember member in members)
            {
                string path = RootedPath(member.Name);
                if (path.Length == 0)
                {
                    continue;
                }

                InsertMember(database, insert, path, member);
                if (member.Type == TarEntryType.Directory)
                {
                    ownFolders.Add(path);
                }

                for (string parent = Parent(path); parent.Length > 0 && folders.TryAdd(parent, member); parent = Parent(parent))
                {
                    folderOrder.Add(parent);
                }
            }

            foreach (string folder in folderOrder.Where(folder => !ownFolders.Contains(folder)))
            {
                InsertFolder(database, insert, folder, folders[folder]);
            }
        }

        database.Execute(RatarmountSchema.InsertVersionsAndMetadata(archiveBytes));
        database.Execute("COMMIT");
        return database.Serialize();
    }

    /// <summary>The members that an index of unknown origin names, in its order, without folders.</summary>
    /// <exception cref="TarIndexException">The bytes are no database, or its tables or rows are not those of an index.</exception>
    public static IReadOnlyList<TarMember> Read(ReadOnlyMemory<byte> index)
    {
        using var database = SqliteMemoryDatabase.OpenUntrusted(index);
        RatarmountTables.RequireKnown(database);
        using sqlite3_stmt select = database.Prepare(RatarmountSchema.SelectFiles);
        var row = new RatarmountRow(select, maxTextBytes: index.Length);
        var members = new List<TarMember>();
        while (database.Step(select))
        {
            if (!RatarmountFileMode.IsFolder(row.Mode))
            {
                members.Add(row.ToMember());
            }
        }

        return members;
    }

    /// <summary>
    /// What an index says of members, to compare one with an archive: paths and places. Folders are not compared, since an index has some of its
    /// own making, and neither is a member without a name, which no index can have.
    /// </summary>
    public static HashSet<(string Path, ByteRange Data)> ToEntries(IEnumerable<TarMember> members) =>
    [
        .. members.Where(member => member.Type != TarEntryType.Directory)
            .Select(member => (Path: Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(RootedPath(member.Name))), member.Data))
            .Where(entry => entry.Path.Length > 0),
    ];

    private static void InsertMember(SqliteMemoryDatabase database, sqlite3_stmt insert, string path, TarMember member)
    {
        // Python keeps the type flag of a member as a byte string, that of a folder of its own making as a number.
        byte type = (byte)member.Type;
        raw.sqlite3_bind_double(insert, 6, member.ModifiedTime);
        raw.sqlite3_bind_int64(insert, 7, RatarmountFileMode.Of(member));
        raw.sqlite3_bind_blob(insert, 8, [type]);
        raw.sqlite3_bind_text(insert, 9, member.LinkName);
        Insert(database, insert, path, member, member.Data.Length, member.Uid, member.Gid);
    }

    /// <summary>A folder of ratarmount's own making has the offsets of the first member in it.</summary>
    private static void InsertFolder(SqliteMemoryDatabase database, sqlite3_stmt insert, string path, TarMember firstMember)
    {
        raw.sqlite3_bind_double(insert, 6, 0);
        raw.sqlite3_bind_int64(insert, 7, RatarmountFileMode.GeneratedFolder);
        raw.sqlite3_bind_int64(insert, 8, (byte)TarEntryType.Directory - '0');
        raw.sqlite3_bind_text(insert, 9, "");
        Insert(database, insert, path, firstMember, sizeBytes: 0, uid: 0, gid: 0);
    }

    private static void Insert(
        SqliteMemoryDatabase database, sqlite3_stmt insert, string path, TarMember at, long sizeBytes, long uid, long gid)
    {
        string parent = Parent(path);
        raw.sqlite3_bind_text(insert, 1, parent);
        raw.sqlite3_bind_text(insert, 2, path[(parent.Length + 1)..]);
        raw.sqlite3_bind_int64(insert, 3, at.HeaderOffset);
        raw.sqlite3_bind_int64(insert, 4, at.Data.Offset);
        raw.sqlite3_bind_int64(insert, 5, sizeBytes);
        raw.sqlite3_bind_int64(insert, 10, uid);
        raw.sqlite3_bind_int64(insert, 11, gid);
        database.Step(insert);
        raw.sqlite3_reset(insert);
    }

    private static string Parent(string path) => path[..path.LastIndexOf('/')];

    /// <summary>The name with a slash before it and none behind; empty for the root.</summary>
    public static string RootedPath(string name) =>
        string.Concat(name.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(part => part != ".").Select(part => "/" + part));
}
