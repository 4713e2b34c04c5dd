using Microsoft.Extensions.Logging;

namespace CloudOptimizedDicom;

/// <summary>How a datastore is opened.</summary>
public sealed record CodDatastoreOptions
{
    /// <summary>Where log messages go.</summary>
    /// <value>The default is <see langword="null"/>: nowhere.</value>
    public ILoggerFactory? LoggerFactory { get; init; }

    /// <summary>The clock.</summary>
    /// <value>The default is the system's.</value>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Where archives are built before they are uploaded; it needs room for the largest series.</summary>
    /// <value>The default is <see langword="null"/>: the system's directory for temporary files, or the datastore's own directory.</value>
    public string? ScratchDirectory { get; init; }

    /// <summary>How long a commit may take once its first upload has begun; cancellation is not heard in that time.</summary>
    /// <value>The default is 30 minutes.</value>
    public TimeSpan CommitTimeout { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>The storage class of archives.</summary>
    /// <value>The default is <c>STANDARD</c>. A directory has none.</value>
    public string StorageClass { get; init; } = "STANDARD";
}
