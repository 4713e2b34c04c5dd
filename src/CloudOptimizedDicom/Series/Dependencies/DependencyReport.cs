namespace CloudOptimizedDicom;

/// <summary>What became of the dependencies of a series, each named once, in the order of the instances.</summary>
public sealed record DependencyReport
{
    /// <summary>Whether nothing was deleted because nothing was to be.</summary>
    public required bool IsDryRun { get; init; }

    /// <summary>All of them.</summary>
    public required IReadOnlyList<DependencyOutcome> Outcomes { get; init; }

    /// <summary>Those that are deleted; in a dry run, that would be.</summary>
    public IEnumerable<DependencyOutcome> Deleted => Of(DependencyFate.Deleted);

    /// <summary>Those that are not there.</summary>
    public IEnumerable<DependencyOutcome> Missing => Of(DependencyFate.Missing);

    /// <summary>Those with other bytes than the instance has, and those that changed meanwhile.</summary>
    public IEnumerable<DependencyOutcome> Mismatched => Of(DependencyFate.Mismatched);

    /// <summary>Those that are not to be touched.</summary>
    public IEnumerable<DependencyOutcome> Refused => Of(DependencyFate.Refused);

    /// <summary>Those that could not be looked at, or not deleted.</summary>
    public IEnumerable<DependencyOutcome> Failed => Of(DependencyFate.Failed);

    /// <summary>Bytes of those that are deleted; in a dry run, of those that would be.</summary>
    public long DeletedBytes => Deleted.Sum(outcome => outcome.SizeBytes);

    private IEnumerable<DependencyOutcome> Of(DependencyFate fate) => Outcomes.Where(outcome => outcome.Fate == fate);
}
