namespace CloudOptimizedDicom;

/// <summary>What became of the instances of one append; each is in exactly one list, in the order given.</summary>
public sealed record AppendResult
{
    /// <summary>Added; stored with the next sync.</summary>
    public required IReadOnlyList<Instance> New { get; init; }

    /// <summary>Already there with the same bytes.</summary>
    public required IReadOnlyList<Instance> Same { get; init; }

    /// <summary>Their UID is already there with other bytes, which stay.</summary>
    public required IReadOnlyList<Instance> Conflict { get; init; }

    /// <summary>Not taken, each with the reason.</summary>
    public required IReadOnlyList<AppendError> Errors { get; init; }
}
