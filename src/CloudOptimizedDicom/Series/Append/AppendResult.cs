namespace CloudOptimizedDicom;

/// <summary>
/// What became of the instances of one append; each is in exactly one list, in the order given. An object that was given
/// twice is one instance; two objects of the same file are two.
/// </summary>
public sealed record AppendResult
{
    /// <summary>Added; stored with the next sync.</summary>
    public required IReadOnlyList<Instance> New { get; init; }

    /// <summary>Already there, as <see cref="Reasons"/> says.</summary>
    public required IReadOnlyList<Instance> Same { get; init; }

    /// <summary>Their UID is already there with other bytes, which stay.</summary>
    public required IReadOnlyList<Instance> Conflict { get; init; }

    /// <summary>Not taken, each with the reason.</summary>
    public required IReadOnlyList<AppendError> Errors { get; init; }

    /// <summary>What whoever stores them should know, in the order given; of instances in any list.</summary>
    public IReadOnlyList<InstanceWarning> Warnings { get; init; } = [];

    /// <summary>Why each instance is in its list.</summary>
    public required IReadOnlyDictionary<Instance, AppendReason> Reasons { get; init; }
}
