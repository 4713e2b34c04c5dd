namespace CloudOptimizedDicom.Benchmarks.Data;

/// <summary>A folder of a benchmark, with files and stores in it; gone when disposed.</summary>
internal sealed class Workspace : IDisposable
{
    private int _stores;

    public string Folder { get; } = Directory.CreateTempSubdirectory("cod-benchmark-").FullName;

    /// <summary>Writes the files of a series, and gives their paths.</summary>
    public string[] WriteFiles(int count, int fileBytes, int series = 1, int first = 1)
    {
        string folder = Path.Combine(Folder, $"files-{series}");
        Directory.CreateDirectory(folder);
        string[] paths = [.. Enumerable.Range(first, count).Select(instance => Path.Combine(folder, $"{instance}.dcm"))];
        for (int i = 0; i < count; i++)
        {
            File.WriteAllBytes(paths[i], SyntheticInstance.Create(series, first + i, fileBytes));
        }

        return paths;
    }

    /// <summary>A store that does not exist yet.</summary>
    public string NewStore() => Path.Combine(Folder, $"store-{Interlocked.Increment(ref _stores)}");

    public static async Task StoreAsync(CodDatastore datastore, IEnumerable<string> files, int series = 1, CodMode mode = CodMode.Append) =>
        await datastore.UpdateSeriesAsync(
            SyntheticInstance.StudyUid, SyntheticInstance.SeriesUid(series), mode, cod => cod.AppendAsync(files.Select(file => new Instance(file))));

    public static Task<CodObject> OpenAsync(CodDatastore datastore, int series = 1) =>
        datastore.OpenSeriesAsync(SyntheticInstance.StudyUid, SyntheticInstance.SeriesUid(series), CodMode.Read);

    public static string ArchiveOf(string store, int series = 1) =>
        Path.Combine(store, "studies", SyntheticInstance.StudyUid, "series", $"{SyntheticInstance.SeriesUid(series)}.tar");

    /// <summary>Deletes a store, or the file that the limit has written in its place.</summary>
    public static void Delete(string store)
    {
        if (Directory.Exists(store))
        {
            Directory.Delete(store, recursive: true);
        }
        else
        {
            File.Delete(store);
        }
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
