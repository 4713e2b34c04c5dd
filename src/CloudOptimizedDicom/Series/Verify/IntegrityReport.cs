using CloudOptimizedDicom.Locking;

namespace CloudOptimizedDicom;

/// <summary>What a verification saw.</summary>
public sealed record IntegrityReport
{
    /// <summary>The series.</summary>
    public required string SeriesUri { get; init; }

    /// <summary>Instances in the metadata; 0 when it is missing or not readable.</summary>
    public required int Instances { get; init; }

    /// <summary>Bytes of the archive; 0 when there is none.</summary>
    public required long ArchiveBytes { get; init; }

    /// <summary>Who held the lock when the verification began; <see langword="null"/> for nobody.</summary>
    public LockHolder? Lock { get; init; }

    /// <summary>All that was found, of every class, in the order in which it was found.</summary>
    public required IReadOnlyList<IntegrityFinding> Findings { get; init; }

    /// <summary>Whether nothing is wrong; there may be deviations and notes.</summary>
    public bool IsIntact => !Findings.Any(finding => finding.IsDamage);

    /// <summary>Whether records say otherwise than this library would write them.</summary>
    public bool HasDeviations => Findings.Any(finding => finding.Class == IntegrityClass.Deviation);
}
