using CloudOptimizedDicom.Storage;

namespace CloudOptimizedDicom.Tests.Protocol;

/// <summary>Something that changes a series and may be broken off anywhere.</summary>
/// <param name="PrepareAsync">Makes the state before it.</param>
/// <param name="RunAsync">Does it.</param>
internal sealed record CrashOperation(Func<IObjectStore, Task> PrepareAsync, Func<CodDatastore, Task> RunAsync)
{
    public required SeriesId Id { get; init; }

    /// <summary>A file of the series, to write it anew with.</summary>
    public required string File { get; init; }

    /// <summary>Whether readers see all that was there before, wherever it breaks off.</summary>
    public bool KeepsOldReadable { get; init; }
}
