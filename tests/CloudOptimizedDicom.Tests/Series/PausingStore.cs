using CloudOptimizedDicom.Storage;

namespace CloudOptimizedDicom.Tests.Series;

/// <summary>A store that does something before an upload or a deletion, such as letting another writer work.</summary>
internal sealed class PausingStore(IObjectStore store, Func<string, Task> beforeUpload) : IObjectStore
{
    public Func<string, Task> BeforeDelete { get; init; } = static _ => Task.CompletedTask;

    public string RootUri => store.RootUri;

    public bool IsRemote => store.IsRemote;

    public string? StagingDirectory => store.StagingDirectory;

    public Task<ObjectInfo?> GetInfoAsync(string name, CancellationToken cancellationToken = default) => store.GetInfoAsync(name, cancellationToken);

    public Task<ObjectContent?> OpenReadAsync(string name, ObjectReadOptions? options = null, CancellationToken cancellationToken = default) =>
        store.OpenReadAsync(name, options, cancellationToken);

    public async Task<ObjectInfo> UploadAsync(
        string name, ObjectUpload upload, ObjectPrecondition precondition, CancellationToken cancellationToken = default)
    {
        await beforeUpload(name);
        return await store.UploadAsync(name, upload, precondition, cancellationToken);
    }

    public async Task<bool> DeleteAsync(string name, ObjectPrecondition precondition, CancellationToken cancellationToken = default)
    {
        await BeforeDelete(name);
        return await store.DeleteAsync(name, precondition, cancellationToken);
    }

    public IAsyncEnumerable<ObjectListEntry> ListAsync(string prefix, string delimiter = "", CancellationToken cancellationToken = default) =>
        store.ListAsync(prefix, delimiter, cancellationToken);

    public ValueTask DisposeAsync() => store.DisposeAsync();
}
