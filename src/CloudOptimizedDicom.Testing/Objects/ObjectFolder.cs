using System.Text.Json.Nodes;

namespace CloudOptimizedDicom.Testing.Objects;

/// <summary>The files of objects: bytes, and where they outlive the process, a record beside them that makes them count.</summary>
internal sealed class ObjectFolder : IDisposable
{
    private const string BlobExtension = ".blob";
    private const string RecordExtension = ".json";
    private const string BlobMember = "blob";

    private readonly string _directory;
    private readonly bool _isKept;

    public ObjectFolder(string? rootDirectory)
    {
        _isKept = rootDirectory is not null;
        _directory = Path.GetFullPath(rootDirectory ?? Path.Join(Path.GetTempPath(), $"gcs-emulator-{Guid.NewGuid():N}"));
    }

    public bool IsKept => _isKept;

    public string NewBlobPath() => Path.Join(_directory, Guid.NewGuid().ToString("N") + BlobExtension);

    /// <summary>Reads what an earlier process left, and deletes what it did not finish.</summary>
    public IReadOnlyList<StoredObject> Load()
    {
        if (!_isKept || !Directory.Exists(_directory))
        {
            return [];
        }

        var live = new Dictionary<(string, string), StoredObject>();
        foreach (StoredObject stored in RecordFiles().Select(ReadRecord).OrderBy(stored => stored.Info.Generation))
        {
            if (live.TryGetValue((stored.Info.Bucket, stored.Info.Name), out StoredObject? older))
            {
                Delete(older);
            }

            live[(stored.Info.Bucket, stored.Info.Name)] = stored;
        }

        var used = live.Values.Select(stored => stored.Content.FilePath).ToHashSet();
        foreach (string path in Directory.EnumerateFiles(_directory, "*" + BlobExtension).Where(path => !used.Contains(path)))
        {
            File.Delete(path);
        }

        return [.. live.Values];
    }

    public void Save(StoredObject stored)
    {
        if (!_isKept)
        {
            return;
        }

        JsonObject record = GcsObjectJson.Write(stored.Info);
        record[BlobMember] = Path.GetFileName(stored.Content.FilePath);
        string path = RecordPath(stored);
        File.WriteAllText(path + ".new", record.ToJsonString());
        File.Move(path + ".new", path, overwrite: true);
    }

    public void Delete(StoredObject stored)
    {
        if (_isKept)
        {
            File.Delete(RecordPath(stored));
        }

        stored.Content.Delete();
    }

    public void Dispose()
    {
        if (!_isKept && Directory.Exists(_directory))
        {
            Directory.Delete(_directory, recursive: true);
        }
    }

    private string[] RecordFiles() => Directory.GetFiles(_directory, "*" + RecordExtension);

    private string RecordPath(StoredObject stored) => Path.Join(_directory, $"{stored.Info.Generation}{RecordExtension}");

    private StoredObject ReadRecord(string path)
    {
        JsonObject record = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        GcsObject info = GcsObjectJson.Read(record);
        string blobPath = Path.Join(_directory, (string?)record[BlobMember]);
        return new StoredObject(info, new Blob(blobPath, info.SizeBytes, info.Crc32c, info.Md5Hash));
    }
}
