namespace CloudOptimizedDicom.Locking;

/// <summary>Somebody else holds the lock of a series.</summary>
public sealed class LockAcquisitionException : CodException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="lockUri">The lock object.</param>
    /// <param name="holder">Who holds it; <see langword="null"/> when it was released in the meantime.</param>
    public LockAcquisitionException(string lockUri, LockHolder? holder)
        : base(holder is null
            ? $"The lock {lockUri} was taken by somebody else and released again."
            : $"The lock {lockUri} is held by {holder}.{Advise(holder)}")
    {
        LockUri = lockUri;
        Holder = holder;
    }

    /// <summary>The lock object.</summary>
    public string LockUri { get; }

    /// <summary>Who holds it; <see langword="null"/> when it was released in the meantime.</summary>
    public LockHolder? Holder { get; }

    /// <summary>Always: locks are released.</summary>
    public override bool IsTransient => true;

    private static string Advise(LockHolder holder) => holder.Operation == LockOperation.Copy
        ? " Where that copy was broken off, cod unlock --force removes the lock, and the series can be copied again." : "";
}
