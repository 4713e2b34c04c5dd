namespace CloudOptimizedDicom;

/// <summary>What an upload does when the object it replaces is not the one that was expected.</summary>
internal enum OnOtherGeneration
{
    /// <summary>It fails: what is there may hold instances that are nowhere else.</summary>
    Fail,

    /// <summary>It makes sure of the lock and replaces what is there, which a writer that died has left.</summary>
    Replace,
}
