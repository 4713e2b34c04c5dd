namespace CloudOptimizedDicom;

/// <summary>What a series is opened for.</summary>
public enum CodMode
{
    /// <summary>"r": read; takes no lock.</summary>
    Read,

    /// <summary>"w": write anew; what was stored is replaced by the next sync.</summary>
    Write,

    /// <summary>"a": add to what is stored.</summary>
    Append,
}
