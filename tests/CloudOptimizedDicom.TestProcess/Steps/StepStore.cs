using CloudOptimizedDicom.Storage;

namespace CloudOptimizedDicom.TestProcess.Steps;

/// <summary>Counts each call to a store as a step.</summary>
internal sealed class StepStore(IObjectStore store, StepCounter steps) : IObjectStore
{
    public string RootUri => store.RootUri;

    public bool IsRemote => store.IsRemote;

    public string? StagingDirectory => store.StagingDirectory;

    public bool CanCopyFrom(IObjectStore origin) => store.CanCopyFrom(origin is StepStore other ? other.Inner : origin);

    private IObjectStore Inner => store;

    public Task<ObjectInfo?> GetInfoAsync(string name, CancellationToken cancellationToken = default) =>
        steps.TakeAsync(isChange: false, () => store.GetInfoAsync(name, cancellationToken));

    public Task<ObjectContent?> OpenReadAsync(string name, ObjectReadOptions? options = null, CancellationToken cancellationToken = default) =>
        steps.TakeAsync(isChange: false, () => store.OpenReadAsync(name, options, cancellationToken));

    public Task<ObjectInfo> UploadAsync(string name, ObjectUpload upload, ObjectPrecondition precondition, CancellationToken cancellationToken = default) =>
        steps.TakeAsync(isChange: true, () => store.UploadAsync(name, upload, precondition, cancellationToken));

    public Task<bool> DeleteAsync(string name, ObjectPrecondition precondition, CancellationToken cancellationToken = default) =>
        steps.TakeAsync(isChange: true, () => store.DeleteAsync(name, precondition, cancellationToken));

    public IAsyncEnumerable<ObjectListEntry> ListAsync(string prefix, string delimiter = "", CancellationToken cancellationToken = default) =>
        store.ListAsync(prefix, delimiter, cancellationToken);

    public ValueTask DisposeAsync() => store.DisposeAsync();
}
