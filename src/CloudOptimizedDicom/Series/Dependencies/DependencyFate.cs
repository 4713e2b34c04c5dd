namespace CloudOptimizedDicom;

/// <summary>What became of a dependency.</summary>
public enum DependencyFate
{
    /// <summary>It is deleted; in a dry run, it would be.</summary>
    Deleted,

    /// <summary>It is not there.</summary>
    Missing,

    /// <summary>It has other bytes than the instance that was made from it alone, or changed while it was looked at. It stays.</summary>
    Mismatched,

    /// <summary>
    /// It is not touched: it is no regular file or object, is on a web server, is part of a datastore, is not allowed by anybody
    /// but the metadata, or is one of several dependencies of an instance.
    /// </summary>
    Refused,

    /// <summary>It could not be looked at, or not deleted.</summary>
    Failed,
}
