namespace CloudOptimizedDicom.Tests.Series;

/// <summary>A datastore in a directory of its own, which is gone when disposed.</summary>
internal sealed class TemporaryDatastore : IAsyncDisposable
{
    private TemporaryDatastore(string directory, CodDatastore datastore) => (Directory, Datastore) = (directory, datastore);

    /// <summary>Room for the test; the datastore is a folder in it.</summary>
    public string Directory { get; }

    public string StorePath => Path.Combine(Directory, "store");

    public CodDatastore Datastore { get; }

    public static async Task<TemporaryDatastore> CreateAsync()
    {
        string directory = System.IO.Directory.CreateTempSubdirectory("cod-").FullName;
        return new TemporaryDatastore(directory, await CodDatastore.OpenAsync(Path.Combine(directory, "store")));
    }

    public Task<CodObject> OpenAsync(SeriesId id, CodMode mode, OpenSeriesOptions? options = null) =>
        Datastore.OpenSeriesAsync(id.StudyUid, id.SeriesUid, mode, options);

    /// <summary>Appends and commits.</summary>
    public Task<AppendResult> StoreAsync(SeriesId id, CodMode mode, IEnumerable<string> files) =>
        StoreAsync(id, mode, files.Select(file => new Instance(file)));

    /// <inheritdoc cref="StoreAsync(SeriesId, CodMode, IEnumerable{string})"/>
    public async Task<AppendResult> StoreAsync(SeriesId id, CodMode mode, IEnumerable<Instance> instances, OpenSeriesOptions? options = null)
    {
        AppendResult? result = null;
        await Datastore.UpdateSeriesAsync(id.StudyUid, id.SeriesUid, mode, async series => result = await series.AppendAsync(instances), options);
        return result!;
    }

    /// <summary>All that a new reader sees of a series, read byte by byte.</summary>
    public async Task<List<(string Uid, byte[] Bytes)>> ReadAllAsync(SeriesId id)
    {
        await using CodObject series = await OpenAsync(id, CodMode.Read);
        var read = new List<(string, byte[])>();
        foreach (Instance instance in series.GetInstances())
        {
            await using Stream stream = await series.OpenInstanceAsync(instance);
            byte[] bytes = new byte[stream.Length];
            await stream.ReadExactlyAsync(bytes);
            read.Add((instance.Record!.Uid, bytes));
        }

        return read;
    }

    /// <summary>The damage that a verification finds.</summary>
    public async Task<IReadOnlyList<IntegrityFinding>> VerifyAsync(SeriesId id)
    {
        await using CodObject series = await OpenAsync(id, CodMode.Read);
        return [.. (await series.VerifyIntegrityAsync()).Findings.Where(finding => finding.IsDamage)];
    }

    public async ValueTask DisposeAsync()
    {
        await Datastore.DisposeAsync();
        System.IO.Directory.Delete(Directory, recursive: true);
    }
}
