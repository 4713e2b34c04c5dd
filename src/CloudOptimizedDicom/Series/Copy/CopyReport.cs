namespace CloudOptimizedDicom;

/// <summary>What a copy has done, or would do.</summary>
public sealed record CopyReport
{
    /// <summary>The series that was copied.</summary>
    public required string SourceUri { get; init; }

    /// <summary>The series at its new place.</summary>
    public required string DestinationUri { get; init; }

    /// <summary>What became of it.</summary>
    public required CopyOutcome Outcome { get; init; }

    /// <summary>Whether anything was written; not where it was the same, nor in a dry run.</summary>
    public required bool HasWritten { get; init; }

    /// <summary>Its instances.</summary>
    public required int Instances { get; init; }

    /// <summary>Bytes of the instances, without what an archive has around them.</summary>
    public required long InstanceBytes { get; init; }

    /// <summary>Instances of the series that was at the destination and was replaced, or would be; 0 where none was.</summary>
    public int ReplacedInstances { get; init; }

    /// <summary>Whether the archive went from bucket to bucket without passing through this machine.</summary>
    public required bool IsServerSide { get; init; }
}
