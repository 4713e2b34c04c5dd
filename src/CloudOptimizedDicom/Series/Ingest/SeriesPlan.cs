namespace CloudOptimizedDicom;

/// <summary>What storing instances of one series would do.</summary>
public sealed record SeriesPlan
{
    /// <summary>The outcome of each instance, as far as it can be told without storing it.</summary>
    public required SeriesIngest Outcome { get; init; }

    /// <summary>What it would cost, the headers included that are read for grouping; not those of what is not readable as DICOM.</summary>
    public required RequestEstimate Cost { get; init; }

    /// <summary>Bytes of the archive that would be stored then; 0 when none would be uploaded.</summary>
    public required long ArchiveBytes { get; init; }
}
