namespace CloudOptimizedDicom.Locking;

/// <summary>Who holds the lock of a series, as the lock object tells. What another library wrote has only its age.</summary>
public sealed record LockHolder
{
    /// <summary>The lock object.</summary>
    public required string LockUri { get; init; }

    /// <summary>Generation of the lock object.</summary>
    public required long Generation { get; init; }

    /// <summary>A random number of the session that took it; <see langword="null"/> when the lock does not say.</summary>
    public Guid? Owner { get; init; }

    /// <summary>Name of the machine; <see langword="null"/> when the lock does not say.</summary>
    public string? Host { get; init; }

    /// <summary>Number of the process on that machine; <see langword="null"/> when the lock does not say.</summary>
    public int? ProcessId { get; init; }

    /// <summary>What is being done: <c>write</c>, <c>append</c>, <c>copy</c>, <c>delete</c> or <c>repair</c>; <see langword="null"/> when the lock does not say.</summary>
    public string? Operation { get; init; }

    /// <summary>The library that took it, with its version; <see langword="null"/> when the lock does not say.</summary>
    public string? Library { get; init; }

    /// <summary>How long it has been held, by the clock of the store.</summary>
    public required TimeSpan Age { get; init; }

    /// <summary>The holder in words.</summary>
    /// <returns>Such as <c>process 17 on ingest-3 (append, for 00:04:10)</c>, with days such as <c>2.01:00:00</c>.</returns>
    public override string ToString()
    {
        string who = Host is null ? "an unnamed holder" : $"process {ProcessId} on {Host}";
        var age = TimeSpan.FromSeconds(Math.Floor(Age.TotalSeconds));
        return $"{who} ({(Operation is null ? "" : Operation + ", ")}for {age})";
    }
}
