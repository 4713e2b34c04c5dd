using CloudOptimizedDicom.Benchmarks.Data;

namespace CloudOptimizedDicom.Benchmarks.Scale;

/// <summary>The large runs. Each makes its input, says that it begins, and does the work.</summary>
internal static class Ingests
{
    public static async Task ManyInstancesAsync(Workspace workspace, int count, Action begin)
    {
        string[] files = workspace.WriteFiles(count, fileBytes: 13_000);
        begin();
        await using CodDatastore datastore = await CodDatastore.OpenAsync(workspace.NewStore());
        await Workspace.StoreAsync(datastore, files);
        await using CodObject series = await Workspace.OpenAsync(datastore);
        Require(series.StoredInstanceCount == count);
    }

    /// <summary>After as many runs that do not count, so that what is compiled and pooled is there.</summary>
    public static async Task WarmAsync(Workspace workspace, int times, Action begin)
    {
        string[] files = workspace.WriteFiles(1000, fileBytes: 13_000);
        for (int i = 0; i < 2 * times; i++)
        {
            if (i == times)
            {
                begin();
            }

            string store = workspace.NewStore();
            await using CodDatastore datastore = await CodDatastore.OpenAsync(store);
            await Workspace.StoreAsync(datastore, files);
            Workspace.Delete(store);
        }
    }

    public static async Task ManySeriesAsync(Workspace workspace, int count, Action begin)
    {
        for (int series = 1; series <= count; series++)
        {
            workspace.WriteFiles(1, fileBytes: 4000, series);
        }

        begin();
        await using CodDatastore datastore = await CodDatastore.OpenAsync(workspace.NewStore());
        IAsyncEnumerable<Instance> instances = Directory.EnumerateFiles(workspace.Folder, "*.dcm", SearchOption.AllDirectories)
            .Where(file => file.Contains("files-", StringComparison.Ordinal)).Select(file => new Instance(file)).ToAsyncEnumerable();
        Require(await datastore.IngestAsync(instances).CountAsync(series => series.New.Count == 1) == count);
        Require(await datastore.ListSeriesAsync().CountAsync() == count);
    }

    /// <summary>The file is sparse: a header, and a length.</summary>
    public static async Task LargeInstanceAsync(Workspace workspace, long bytes, Action begin)
    {
        string path = Path.Combine(workspace.Folder, "large.dcm");
        await using (FileStream file = File.Create(path))
        {
            // The length of an element has 32 bits: what does not fit into the pixels is padding behind them.
            uint pixelBytes = (uint)Math.Min(bytes, uint.MaxValue - 1);
            await file.WriteAsync(SyntheticInstance.Header(1, 1, pixelBytes));
            file.Position += pixelBytes;
            if (bytes > pixelBytes)
            {
                await file.WriteAsync(SyntheticInstance.TrailingPaddingHeader((uint)(bytes - pixelBytes)));
                file.Position += bytes - pixelBytes;
            }

            file.SetLength(file.Position);
        }

        begin();
        await using CodDatastore datastore = await CodDatastore.OpenAsync(workspace.NewStore());
        await Workspace.StoreAsync(datastore, [path]);
        await using CodObject series = await Workspace.OpenAsync(datastore);
        await series.CopyInstanceToAsync(SyntheticInstance.InstanceUid(1, 1), Stream.Null);
    }

    private static void Require(bool holds)
    {
        if (!holds)
        {
            throw new InvalidOperationException("The run did not do what it is to measure.");
        }
    }
}
