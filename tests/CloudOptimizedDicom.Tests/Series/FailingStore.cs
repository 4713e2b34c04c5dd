using CloudOptimizedDicom.Storage;

namespace CloudOptimizedDicom.Tests.Series;

/// <summary>A store of which one upload fails.</summary>
internal sealed class FailingStore(IObjectStore store) : IObjectStore
{
    private (string Ending, Failure Failure)? _next;

    public string RootUri => store.RootUri;

    public bool IsRemote => store.IsRemote;

    public string? StagingDirectory => store.StagingDirectory;

    /// <summary>Lets the next upload of a name fail.</summary>
    public void FailNext(string ending, Failure failure) => _next = (ending, failure);

    public Task<ObjectInfo?> GetInfoAsync(string name, CancellationToken cancellationToken = default) => store.GetInfoAsync(name, cancellationToken);

    public Task<ObjectContent?> OpenReadAsync(string name, ObjectReadOptions? options = null, CancellationToken cancellationToken = default) =>
        store.OpenReadAsync(name, options, cancellationToken);

    public async Task<ObjectInfo> UploadAsync(
        string name, ObjectUpload upload, ObjectPrecondition precondition, CancellationToken cancellationToken = default)
    {
        if (_next is not { } next || !name.EndsWith(next.Ending, StringComparison.Ordinal))
        {
            return await store.UploadAsync(name, upload, precondition, cancellationToken);
        }

        _next = null;
        if (next.Failure == Failure.LostAfter)
        {
            await store.UploadAsync(name, upload, precondition, cancellationToken);
        }

        throw new ObjectRequestException("upload", $"{RootUri}/{name}", "the connection broke") { MayHaveApplied = next.Failure != Failure.Refused };
    }

    public Task<bool> DeleteAsync(string name, ObjectPrecondition precondition, CancellationToken cancellationToken = default) =>
        store.DeleteAsync(name, precondition, cancellationToken);

    public IAsyncEnumerable<ObjectListEntry> ListAsync(string prefix, string delimiter = "", CancellationToken cancellationToken = default) =>
        store.ListAsync(prefix, delimiter, cancellationToken);

    public ValueTask DisposeAsync() => store.DisposeAsync();
}
