using CloudOptimizedDicom.Metadata;

namespace CloudOptimizedDicom;

/// <summary>What a repair of a series writes. Holds a new archive on this machine until disposed.</summary>
internal sealed class RepairPlan : IAsyncDisposable
{
    public required IReadOnlyList<RepairAction> Actions { get; init; }

    /// <summary>UIDs of instances whose bytes are nowhere.</summary>
    public required IReadOnlyList<string> LostInstances { get; init; }

    /// <summary>The archive to write; null when it stays.</summary>
    public ArchiveFile? NewArchive { get; init; }

    /// <summary>The index to write; null when it stays.</summary>
    public byte[]? NewIndex { get; init; }

    /// <summary>The metadata to write, but for the identities of the other objects; null when it stays.</summary>
    public SeriesMetadata? NewMetadata { get; init; }

    public bool HasWrites => NewArchive is not null || NewIndex is not null || NewMetadata is not null;

    public ValueTask DisposeAsync() => NewArchive?.DisposeAsync() ?? ValueTask.CompletedTask;
}
