using CloudOptimizedDicom.Storage;

namespace CloudOptimizedDicom.TestProcess;

/// <summary>A store that never carries out one of its changing requests, and says on standard output that it is waiting.</summary>
/// <param name="store">The store.</param>
/// <param name="stallsAt">Which one, counted from 1.</param>
internal sealed class StallingStore(IObjectStore store, int stallsAt) : IObjectStore
{
    private int _changes;

    public string RootUri => store.RootUri;

    public bool IsRemote => store.IsRemote;

    public string? StagingDirectory => store.StagingDirectory;

    public Task<ObjectInfo?> GetInfoAsync(string name, CancellationToken cancellationToken = default) => store.GetInfoAsync(name, cancellationToken);

    public Task<ObjectContent?> OpenReadAsync(string name, ObjectReadOptions? options = null, CancellationToken cancellationToken = default) =>
        store.OpenReadAsync(name, options, cancellationToken);

    public async Task<ObjectInfo> UploadAsync(
        string name, ObjectUpload upload, ObjectPrecondition precondition, CancellationToken cancellationToken = default)
    {
        await StallAsync();
        return await store.UploadAsync(name, upload, precondition, cancellationToken);
    }

    public async Task<bool> DeleteAsync(string name, ObjectPrecondition precondition, CancellationToken cancellationToken = default)
    {
        await StallAsync();
        return await store.DeleteAsync(name, precondition, cancellationToken);
    }

    public IAsyncEnumerable<ObjectListEntry> ListAsync(string prefix, string delimiter = "", CancellationToken cancellationToken = default) =>
        store.ListAsync(prefix, delimiter, cancellationToken);

    public ValueTask DisposeAsync() => store.DisposeAsync();

    private async Task StallAsync()
    {
        if (++_changes == stallsAt)
        {
            Console.WriteLine("stalled");
            await Task.Delay(Timeout.Infinite);
        }
    }
}
