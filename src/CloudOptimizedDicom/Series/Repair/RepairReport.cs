namespace CloudOptimizedDicom;

/// <summary>What a repair has done, or would do.</summary>
public sealed record RepairReport
{
    /// <summary>The series.</summary>
    public required string SeriesUri { get; init; }

    /// <summary>What was found before.</summary>
    public required IntegrityReport Before { get; init; }

    /// <summary>What was done, in this order; of a dry run and of a refused repair, what would be.</summary>
    public required IReadOnlyList<RepairAction> Actions { get; init; }

    /// <summary>
    /// UIDs of instances that were committed and whose bytes are nowhere any more, in stored order; then those that are in a damaged
    /// archive without anything that tells their checksum.
    /// </summary>
    public required IReadOnlyList<string> LostInstances { get; init; }

    /// <summary>
    /// Whether nothing was done because instances are lost, or metadata that cannot be read hides whether some are, and
    /// <see cref="RepairOptions.ForgetLost"/> was not set. A lock that was taken over stays then.
    /// </summary>
    public required bool IsRefused { get; init; }

    /// <summary>Whether anything was written or deleted, the lock aside.</summary>
    public required bool HasWritten { get; init; }
}
