namespace CloudOptimizedDicom.Testing.Objects;

/// <summary>Where a <see cref="GcsObjectCore"/> keeps what it is given.</summary>
public sealed record GcsObjectCoreOptions
{
    /// <summary>The clock, for times and generations.</summary>
    /// <value>The default is the system's.</value>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>A directory that keeps the objects between runs; one process at a time may use it.</summary>
    /// <value>
    /// The default is <see langword="null"/>: in memory, and above <see cref="MaxMemoryBytes"/> in temporary files that are
    /// deleted at the end.
    /// </value>
    public string? RootDirectory { get; init; }

    /// <summary>Size in bytes up to which an object is held in memory, when there is no <see cref="RootDirectory"/>.</summary>
    /// <value>The default is 4 MiB.</value>
    public int MaxMemoryBytes { get; init; } = 4 << 20;

    /// <summary>The buckets that there are at the beginning.</summary>
    /// <value>The default is none, which means that every bucket is made when it is first named.</value>
    public IReadOnlyList<string> Buckets { get; init; } = [];
}
