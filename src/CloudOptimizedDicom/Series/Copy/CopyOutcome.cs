namespace CloudOptimizedDicom;

/// <summary>What became of a series that was to be copied.</summary>
public enum CopyOutcome
{
    /// <summary>It was copied; in a dry run, it would be.</summary>
    Copied,

    /// <summary>The destination had the same series already. Nothing was done.</summary>
    Same,
}
