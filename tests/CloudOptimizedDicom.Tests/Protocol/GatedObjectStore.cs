using System.Runtime.CompilerServices;
using CloudOptimizedDicom.Storage;

namespace CloudOptimizedDicom.Tests.Protocol;

/// <summary>A store as one process sees it: every call of it waits at a gate.</summary>
internal sealed class GatedObjectStore(IObjectStore store, IRequestGate gate) : IObjectStore
{
    public string RootUri => store.RootUri;

    public bool IsRemote => store.IsRemote;

    public string? StagingDirectory => store.StagingDirectory;

    public Task<ObjectInfo?> GetInfoAsync(string name, CancellationToken cancellationToken = default) => gate.PassAsync(
        new StoreRequest(StoreRequest.Stat, name), () => store.GetInfoAsync(name, cancellationToken), cancellationToken);

    public Task<ObjectContent?> OpenReadAsync(string name, ObjectReadOptions? options = null, CancellationToken cancellationToken = default) =>
        gate.PassAsync(
            new StoreRequest(StoreRequest.Read, name, options?.IfGenerationMatch), () => store.OpenReadAsync(name, options, cancellationToken), cancellationToken);

    public Task<ObjectInfo> UploadAsync(
        string name, ObjectUpload upload, ObjectPrecondition precondition, CancellationToken cancellationToken = default) =>
        gate.PassAsync(
            new StoreRequest(StoreRequest.Write, name, precondition.Generation, upload),
            () => store.UploadAsync(name, upload, precondition, cancellationToken),
            cancellationToken);

    public Task<bool> DeleteAsync(string name, ObjectPrecondition precondition, CancellationToken cancellationToken = default) => gate.PassAsync(
        new StoreRequest(StoreRequest.Delete, name, precondition.Generation),
        () => store.DeleteAsync(name, precondition, cancellationToken),
        cancellationToken);

    public async IAsyncEnumerable<ObjectListEntry> ListAsync(
        string prefix, string delimiter = "", [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        List<ObjectListEntry> entries = await gate.PassAsync(
            new StoreRequest(StoreRequest.List, prefix),
            async () => await store.ListAsync(prefix, delimiter, cancellationToken).ToListAsync(cancellationToken),
            cancellationToken);
        foreach (ObjectListEntry entry in entries)
        {
            yield return entry;
        }
    }

    /// <summary>The store belongs to others as well.</summary>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
