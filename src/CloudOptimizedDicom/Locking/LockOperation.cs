namespace CloudOptimizedDicom.Locking;

/// <summary>What a lock is held for, as the lock object says it.</summary>
internal static class LockOperation
{
    public const string Write = "write";
    public const string Append = "append";

    /// <summary>The series is being replaced by one of another datastore, which a copy that is made again brings once more.</summary>
    public const string Copy = "copy";

    /// <summary>The series is being deleted: what is left of it is to go as well.</summary>
    public const string Delete = "delete";

    public const string Repair = "repair";
}
