using System.Text.Json;
using Microsoft.Win32.SafeHandles;

namespace CloudOptimizedDicom.Storage.Local;

/// <summary>
/// What the objects of a folder have beside their bytes. A record is written before its object is moved into place, and
/// counts when size and generation of the file are those it names: so both change at once.
/// </summary>
internal sealed class SideFile
{
    private readonly string _folder;
    private readonly Dictionary<string, SideFileRecord[]> _records;

    private SideFile(string folder, Dictionary<string, SideFileRecord[]> records)
    {
        _folder = folder;
        _records = records;
    }

    public static string PathIn(string folder) => Path.Join(folder, ObjectPath.SideFileName);

    /// <summary>Whether a file lies where a store keeps objects: a side file is beside it, or in the folder of a series' archive.</summary>
    public static bool Describes(string path) =>
        File.Exists(PathIn(Path.GetDirectoryName(path) ?? path)) || (path.EndsWith(".tar", StringComparison.Ordinal) && File.Exists(PathIn(path[..^4])));

    /// <summary>Reads what can be read; damage means that nothing is known.</summary>
    public static SideFile Read(string folder)
    {
        try
        {
            return ReadForUpdate(folder);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return new SideFile(folder, []);
        }
    }

    /// <summary>As <see cref="Read"/>, but does not take a file that cannot be opened just now for one that is not there.</summary>
    public static SideFile ReadForUpdate(string folder)
    {
        Dictionary<string, SideFileRecord[]>? records = null;
        try
        {
            // What is no regular file is replaced at the next write.
            using SafeFileHandle? handle = RegularFile.TryOpenRead(PathIn(folder), FileShare.ReadWrite | FileShare.Delete);
            if (handle is not null)
            {
                using var file = new FileStream(handle, FileAccess.Read);
                records = JsonSerializer.Deserialize(file, SideFileJson.Default.DictionaryStringSideFileRecordArray);
            }
        }
        catch (Exception exception) when (exception is JsonException or FileNotFoundException or DirectoryNotFoundException)
        {
        }

        bool isWhole = records?.Values.All(versions => versions is not null && versions.All(IsValid)) ?? false;
        return new SideFile(folder, isWhole ? records! : []);
    }

    public SideFileRecord? Find(string key, FileState file) =>
        _records.GetValueOrDefault(key)?.FirstOrDefault(record => record.Describes(file));

    /// <summary>The highest generation that an object is known to have had; 0 for none.</summary>
    public long HighestGeneration(string key) => Highest(_records.GetValueOrDefault(key, []));

    /// <summary>The highest generation of all objects; 0 for none.</summary>
    public long HighestGeneration() => Highest(_records.Values.SelectMany(versions => versions));

    /// <summary>Adds what an object will be, and keeps what it still is.</summary>
    public void Add(string key, SideFileRecord record, FileState? live) =>
        _records[key] = live is { } file && Find(key, file) is { } current ? [record, current] : [record];

    /// <summary>Drops records whose objects are gone.</summary>
    /// <returns>The highest generation among them; 0 for none.</returns>
    public long Prune()
    {
        string[] gone = [.. _records.Keys.Where(key => !File.Exists(Path.Join(_folder, key)))];
        long highest = Highest(gone.SelectMany(key => _records[key]));
        Array.ForEach(gone, key => _records.Remove(key));
        return highest;
    }

    public void WriteTo(Stream file) =>
        JsonSerializer.Serialize(file, _records, SideFileJson.Default.DictionaryStringSideFileRecordArray);

    private static bool IsValid(SideFileRecord? version) =>
        version is { Generation: > 0, SizeBytes: >= 0 } && version.Generation < FileState.MaxGeneration;

    private static long Highest(IEnumerable<SideFileRecord> records) =>
        records.Select(record => record.Generation).DefaultIfEmpty().Max();
}
