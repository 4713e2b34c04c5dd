namespace CloudOptimizedDicom.Testing;

/// <summary>How a <see cref="GcsEmulator"/> works.</summary>
public sealed record GcsEmulatorOptions
{
    /// <summary>The port on the loopback address.</summary>
    /// <value>The default is 0: one that is free.</value>
    public int Port { get; init; }

    /// <summary>A directory that keeps the objects between runs; one process at a time may use it.</summary>
    /// <value>The default is <see langword="null"/>: they end with the emulator.</value>
    public string? RootDirectory { get; init; }

    /// <summary>Size in bytes above which an object is held in a temporary file, when there is no <see cref="RootDirectory"/>.</summary>
    /// <value>The default is 4 MiB.</value>
    public int MaxMemoryBytes { get; init; } = 4 << 20;

    /// <summary>The buckets that there are at the beginning.</summary>
    /// <value>The default is none, which means that every bucket is made when it is first named.</value>
    public IReadOnlyList<string> Buckets { get; init; } = [];

    /// <summary>A file to which every request is appended as a line of JSON.</summary>
    /// <value>The default is <see langword="null"/>: none.</value>
    public string? LogFile { get; init; }

    /// <summary>The clock, for times, generations, the header <c>Date</c>, delays, and the age of resumable uploads.</summary>
    /// <value>The default is the system's.</value>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Resumable uploads keep whole multiples of this many bytes, until the last ones have come.</summary>
    /// <value>The default is 256 KiB, as with Cloud Storage; a test may want fewer.</value>
    public int UploadQuantumBytes { get; init; } = 256 << 10;

    /// <summary>How many bytes one request of a rewrite copies; a larger object takes several, as between two locations.</summary>
    /// <value>The default is any number.</value>
    public long MaxRewriteBytes { get; init; } = long.MaxValue;

    /// <summary>How long a resumable upload may take.</summary>
    /// <value>The default is seven days.</value>
    public TimeSpan UploadLifetime { get; init; } = TimeSpan.FromDays(7);
}
