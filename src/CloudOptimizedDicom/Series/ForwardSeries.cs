using CloudOptimizedDicom.Storage;

namespace CloudOptimizedDicom;

/// <summary>The archive of a series on its way here, in one request.</summary>
/// <param name="Records">The instances wanted, in the order of the archive.</param>
/// <param name="Series">The metadata that belongs to the archive.</param>
/// <param name="Archive">The archive, to take them out of.</param>
/// <param name="Content">The request.</param>
internal sealed record ForwardSeries(
    IReadOnlyList<InstanceRecord> Records, StoredSeries Series, ForwardArchive Archive, ObjectContent? Content) : IAsyncDisposable
{
    public ValueTask DisposeAsync() => Content?.DisposeAsync() ?? ValueTask.CompletedTask;
}
