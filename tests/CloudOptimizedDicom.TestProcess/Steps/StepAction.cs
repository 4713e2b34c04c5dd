namespace CloudOptimizedDicom.TestProcess.Steps;

/// <summary>What happens to a process at one of its steps.</summary>
internal enum StepAction
{
    None,

    /// <summary>It stops before the step until it is told to go on.</summary>
    Stall,

    /// <summary>It dies (SIGKILL), and the step is never taken.</summary>
    KillBefore,

    /// <summary>It dies while the step is under way.</summary>
    KillWithin,

    /// <summary>It dies after the step, before anybody hears of its result.</summary>
    KillAfter,
}
