namespace CloudOptimizedDicom.Locking;

/// <summary>
/// The lock of a series was removed or taken over while it was held, so another writer may be at work. Nothing that the
/// other one has committed was overwritten.
/// </summary>
public sealed class LockLostException : CodException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="lockUri">The lock object.</param>
    /// <param name="reason">What showed it.</param>
    /// <param name="innerException">The cause, when there is one.</param>
    public LockLostException(string lockUri, string reason, Exception? innerException = null)
        : base($"The lock {lockUri} is not ours any more: {reason}.", innerException)
    {
        LockUri = lockUri;
        Reason = reason;
    }

    /// <summary>The lock object.</summary>
    public string LockUri { get; }

    /// <summary>What showed it.</summary>
    public string Reason { get; }
}
