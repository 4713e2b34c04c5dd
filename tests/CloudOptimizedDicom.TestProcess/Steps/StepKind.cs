namespace CloudOptimizedDicom.TestProcess.Steps;

/// <summary>What counts as a step.</summary>
internal enum StepKind
{
    /// <summary>Each request to a store.</summary>
    Request,

    /// <summary>Each request that changes something.</summary>
    Change,

    /// <summary>Each change of a file or folder, flushes and locks included, by which a directory carries out a request.</summary>
    File,
}
