using CloudOptimizedDicom.Storage;

namespace CloudOptimizedDicom.Tests.Protocol;

/// <summary>A store that tells of every change when it has returned.</summary>
/// <param name="store">The store.</param>
/// <param name="acknowledge">Is told.</param>
internal sealed class AcknowledgedStore(IObjectStore store, Action<StoreRequest> acknowledge) : IObjectStore
{
    public string RootUri => store.RootUri;

    public bool IsRemote => store.IsRemote;

    public string? StagingDirectory => store.StagingDirectory;

    public Task<ObjectInfo?> GetInfoAsync(string name, CancellationToken cancellationToken = default) => store.GetInfoAsync(name, cancellationToken);

    public Task<ObjectContent?> OpenReadAsync(string name, ObjectReadOptions? options = null, CancellationToken cancellationToken = default) =>
        store.OpenReadAsync(name, options, cancellationToken);

    public async Task<ObjectInfo> UploadAsync(
        string name, ObjectUpload upload, ObjectPrecondition precondition, CancellationToken cancellationToken = default)
    {
        ObjectInfo info = await store.UploadAsync(name, upload, precondition, cancellationToken);
        acknowledge(new StoreRequest(StoreRequest.Write, name, precondition.Generation, upload));
        return info;
    }

    public async Task<bool> DeleteAsync(string name, ObjectPrecondition precondition, CancellationToken cancellationToken = default)
    {
        bool isDeleted = await store.DeleteAsync(name, precondition, cancellationToken);
        acknowledge(new StoreRequest(StoreRequest.Delete, name, precondition.Generation));
        return isDeleted;
    }

    public IAsyncEnumerable<ObjectListEntry> ListAsync(string prefix, string delimiter = "", CancellationToken cancellationToken = default) =>
        store.ListAsync(prefix, delimiter, cancellationToken);

    public ValueTask DisposeAsync() => store.DisposeAsync();
}
