namespace CloudOptimizedDicom;

/// <summary>What became of the instances of one series; each is in exactly one list.</summary>
public sealed record SeriesIngest
{
    /// <summary>The series; <see langword="null"/> for an instance that does not say where it belongs.</summary>
    public required SeriesId? Id { get; init; }

    /// <summary>Stored now.</summary>
    public IReadOnlyList<Instance> New { get; init; } = [];

    /// <summary>Stored already.</summary>
    public IReadOnlyList<Instance> Same { get; init; } = [];

    /// <summary>Others are stored under their UIDs, which stay.</summary>
    public IReadOnlyList<Instance> Conflict { get; init; } = [];

    /// <summary>Not stored, each with the reason.</summary>
    public IReadOnlyList<AppendError> Errors { get; init; } = [];

    /// <summary>What whoever stores them should know, of instances in any list.</summary>
    public IReadOnlyList<InstanceWarning> Warnings { get; init; } = [];

    /// <summary>Why each instance is in its list, as far as an append has said so.</summary>
    public IReadOnlyDictionary<Instance, AppendReason> Reasons { get; init; } = new Dictionary<Instance, AppendReason>();

    /// <summary>Whether somebody else is writing the series, so that it was skipped; all its instances are in <see cref="Errors"/> then.</summary>
    public bool IsLocked { get; init; }

    /// <summary>Whether others of the series were dealt with before, because they came too far apart (<see cref="SeriesGroup.IsRepeat"/>).</summary>
    public bool IsRepeat { get; init; }
}
