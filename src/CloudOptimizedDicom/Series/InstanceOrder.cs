namespace CloudOptimizedDicom;

/// <summary>An order of the instances of a series.</summary>
public enum InstanceOrder
{
    /// <summary>As they were appended and lie in the archive.</summary>
    Stored,

    /// <summary>
    /// Ascending by Instance Number (0020,0013) if every instance has one, else by Slice Location (0020,1041) if every
    /// instance has one, else as stored.
    /// </summary>
    Position,
}
