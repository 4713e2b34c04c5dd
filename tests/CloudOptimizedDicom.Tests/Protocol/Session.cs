using CloudOptimizedDicom.Locking;
using CloudOptimizedDicom.Metadata;

namespace CloudOptimizedDicom.Tests.Protocol;

/// <summary>What an actor has done since it last took the lock.</summary>
/// <param name="Operation">What it says that it does; null for Python, which says nothing.</param>
/// <param name="LockGeneration">Its lock.</param>
internal sealed record Session(string? Operation, long LockGeneration)
{
    public bool IsOurs => Operation is not null;

    public bool IsAppend => Operation == LockOperation.Append;

    public bool IsDelete => Operation == LockOperation.Delete;

    /// <summary>Whether it repairs; what it took over may have been something else.</summary>
    public bool IsRepair { get; init; }

    /// <summary>The metadata that it knows of, from reading or from writing; 0 for none, null before it has looked.</summary>
    public long? KnownMetadata { get; set; }

    /// <summary>How many objects had been deleted when it looked.</summary>
    public int KnownDeletions { get; set; }

    /// <summary>What it has committed last.</summary>
    public SeriesMetadata? Committed { get; set; }
}
