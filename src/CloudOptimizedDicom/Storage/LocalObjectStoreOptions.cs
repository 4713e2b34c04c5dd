using CloudOptimizedDicom.Storage.Local;

namespace CloudOptimizedDicom.Storage;

/// <summary>How a <see cref="LocalObjectStore"/> works.</summary>
public sealed record LocalObjectStoreOptions
{
    /// <summary>The clock of the store, for times and generations.</summary>
    /// <value>The default is the system's.</value>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>How the store changes its directory.</summary>
    internal IFileSteps Steps { get; init; } = FileSteps.Instance;
}
