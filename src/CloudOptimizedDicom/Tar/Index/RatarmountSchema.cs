using System.Globalization;

namespace CloudOptimizedDicom.Tar.Index;

/// <summary>
/// What an index of ratarmountcore 0.7.1 (index format 0.5.0) has besides the rows of its members. Times, inode and device
/// of the archive are 0, so that the same archive has the same index on every machine.
/// </summary>
internal static class RatarmountSchema
{
    public const string Tables =
        """
        CREATE TABLE "files" (
          "path" VARCHAR(65535) NOT NULL, "name" VARCHAR(65535) NOT NULL,
          "offsetheader" INTEGER, "offset" INTEGER, "size" INTEGER,
          "mtime" REAL, "mode" INTEGER, "type" INTEGER, "linkname" VARCHAR(65535), "uid" INTEGER, "gid" INTEGER,
          "istar" BOOL, "issparse" BOOL,
          PRIMARY KEY (path,name,offsetheader)
        );
        CREATE TABLE "versions" (
          "name" VARCHAR(65535) NOT NULL, "version" VARCHAR(65535) NOT NULL,
          "major" INTEGER, "minor" INTEGER, "patch" INTEGER
        );
        CREATE TABLE "metadata" ("key" VARCHAR(65535) NOT NULL, "value" VARCHAR(65535) NOT NULL);
        """;

    public const string InsertFile = "INSERT INTO files VALUES (?,?,?,?,?,?,?,?,?,?,?,0,0)";

    public const string SelectFiles =
        "SELECT path, name, offsetheader, offset, size, mtime, mode, type, linkname, uid, gid FROM files ORDER BY rowid";

    private const string Arguments =
        """
        {"mountRecursively": false, "gzipSeekPointSpacing": 16777216, "encoding": "utf-8", "stripRecursiveTarExtension": false, "transformRecursiveMountPoint": null, "transformPattern": null, "ignoreZeros": false}
        """;

    /// <summary>The statement that adds the rows of the two small tables.</summary>
    public static string InsertVersionsAndMetadata(long archiveBytes) =>
        $"""
        INSERT INTO versions VALUES ('ratarmount','0.7.1',0,7,1), ('index','0.5.0',0,5,0);
        INSERT INTO metadata VALUES
          ('backendName','SQLiteIndexedTar'), ('tarstats','{ArchiveStatus(archiveBytes)}'), ('arguments','{Arguments}'),
          ('backendName','SQLiteIndexedTar'), ('isGnuIncremental','0');
        """;

    private static string ArchiveStatus(long archiveBytes)
    {
        string size = archiveBytes.ToString(CultureInfo.InvariantCulture);
        return "{\"st_atime\": 0.0, \"st_atime_ns\": 0, \"st_blksize\": 4096, \"st_blocks\": 0, \"st_ctime\": 0.0, \"st_ctime_ns\": 0, "
            + "\"st_dev\": 0, \"st_gid\": 0, \"st_ino\": 0, \"st_mode\": 33188, \"st_mtime\": 0.0, \"st_mtime_ns\": 0, "
            + $"\"st_nlink\": 1, \"st_rdev\": 0, \"st_size\": {size}, \"st_uid\": 0}}";
    }
}
