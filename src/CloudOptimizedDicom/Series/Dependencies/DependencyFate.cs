namespace CloudOptimizedDicom;

/// <summary>What became of a dependency.</summary>
public enum DependencyFate
{
    /// <summary>It is deleted; in a dry run, it would be.</summary>
    Deleted,

    /// <summary>It is not there.</summary>
    Missing,

    /// <summary>It has other bytes than the instance that was made from it alone, or changed meanwhile. It stays.</summary>
    Mismatched,

    /// <summary>It is not touched: it lies inside another file, on a web server, in the datastore itself, or is not wanted.</summary>
    Refused,

    /// <summary>It could not be looked at, or not deleted.</summary>
    Failed,
}
