namespace CloudOptimizedDicom.Locking;

/// <summary>What happens to locks, as it is counted.</summary>
internal static class LockEvent
{
    public const string Acquired = "acquired";

    /// <summary>Somebody else held it, and it was waited for.</summary>
    public const string Waited = "waited";

    /// <summary>Somebody else held it, and the call ended.</summary>
    public const string Refused = "refused";

    /// <summary>It was taken over from a holder that is taken for dead.</summary>
    public const string Overridden = "overridden";

    /// <summary>It was removed without being taken.</summary>
    public const string Removed = "removed";

    /// <summary>It was ours, and somebody else has removed it or taken it over.</summary>
    public const string Broken = "broken";

    /// <summary>It stays, since what was begun under it may have reached the store.</summary>
    public const string Left = "left";
}
