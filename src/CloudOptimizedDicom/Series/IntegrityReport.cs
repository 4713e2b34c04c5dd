namespace CloudOptimizedDicom;

/// <summary>What a verification saw.</summary>
public sealed record IntegrityReport
{
    /// <summary>The series.</summary>
    public required string SeriesUri { get; init; }

    /// <summary>Instances in the metadata.</summary>
    public required int Instances { get; init; }

    /// <summary>Bytes of the archive.</summary>
    public required long ArchiveBytes { get; init; }

    /// <summary>All that is wrong, in the order in which it was found; empty when nothing is.</summary>
    public required IReadOnlyList<IntegrityFinding> Findings { get; init; }

    /// <summary>Whether nothing is wrong.</summary>
    public bool IsIntact => Findings.Count == 0;
}
