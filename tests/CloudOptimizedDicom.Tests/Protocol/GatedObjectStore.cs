using System.Runtime.CompilerServices;
using CloudOptimizedDicom.Storage;

namespace CloudOptimizedDicom.Tests.Protocol;

/// <summary>
/// A store as one process sees it: every call of it waits at a gate, which alone decides
/// whether it is carried out when its caller gives up.
/// </summary>
internal sealed class GatedObjectStore(IObjectStore store, IRequestGate gate) : IObjectStore
{
    public string RootUri => store.RootUri;

    public bool IsRemote => store.IsRemote;

    public string? StagingDirectory => store.StagingDirectory;

    public Task<ObjectInfo?> GetInfoAsync(string name, CancellationToken cancellationToken = default) =>
        gate.PassAsync(new StoreRequest(StoreRequest.Stat, name), () => store.GetInfoAsync(name, CancellationToken.None), cancellationToken);

    public Task<ObjectContent?> OpenReadAsync(string name, ObjectReadOptions? options = null, CancellationToken cancellationToken = default) =>
        gate.PassAsync(
            new StoreRequest(StoreRequest.Read, name, options?.IfGenerationMatch),
            () => store.OpenReadAsync(name, options, CancellationToken.None),
            cancellationToken);

    public Task<ObjectInfo> UploadAsync(
        string name, ObjectUpload upload, ObjectPrecondition precondition, CancellationToken cancellationToken = default)
    {
        // Bytes that are on their way arrive even when their file is deleted meanwhile.
        ObjectUpload sent = Copy(upload);
        return gate.PassAsync(
            new StoreRequest(StoreRequest.Write, name, precondition.Generation, sent),
            () => store.UploadAsync(name, sent, precondition, CancellationToken.None),
            cancellationToken);
    }

    public Task<bool> DeleteAsync(string name, ObjectPrecondition precondition, CancellationToken cancellationToken = default) => gate.PassAsync(
        new StoreRequest(StoreRequest.Delete, name, precondition.Generation),
        () => store.DeleteAsync(name, precondition, CancellationToken.None),
        cancellationToken);

    public async IAsyncEnumerable<ObjectListEntry> ListAsync(
        string prefix, string delimiter = "", [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        List<ObjectListEntry> entries = await gate.PassAsync(
            new StoreRequest(StoreRequest.List, prefix),
            async () => await store.ListAsync(prefix, delimiter, CancellationToken.None).ToListAsync(CancellationToken.None),
            cancellationToken);
        foreach (ObjectListEntry entry in entries)
        {
            yield return entry;
        }
    }

    /// <summary>The store belongs to others as well.</summary>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static ObjectUpload Copy(ObjectUpload upload)
    {
        byte[] bytes = new byte[upload.SizeBytes];
        using Stream content = upload.Open();
        content.ReadExactly(bytes);
        return ObjectUpload.FromMemory(bytes) with
        {
            UploadId = upload.UploadId,
            ContentType = upload.ContentType,
            ContentEncoding = upload.ContentEncoding,
            StorageClass = upload.StorageClass,
            Metadata = upload.Metadata,
        };
    }
}
