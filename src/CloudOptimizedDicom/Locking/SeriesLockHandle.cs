using CloudOptimizedDicom.Storage;

namespace CloudOptimizedDicom.Locking;

/// <summary>A lock that is held. It stays until it is released: a handle that is dropped leaves it, as a crash does.</summary>
internal sealed class SeriesLockHandle(IObjectStore store, string name, Guid owner, long generation)
{
    public string Uri => $"{store.RootUri}/{name}";

    public Guid Owner { get; } = owner;

    public long Generation { get; } = generation;

    public bool IsReleased { get; private set; }

    /// <summary>Deletes the lock object if it is still ours; does nothing the second time.</summary>
    /// <returns>Whether it was still ours.</returns>
    /// <exception cref="ObjectStoreException">The store did not answer; the lock may still be there.</exception>
    public async Task<bool> ReleaseAsync(CancellationToken cancellationToken)
    {
        if (IsReleased)
        {
            return true;
        }

        bool wasOurs;
        try
        {
            wasOurs = await store.DeleteAsync(name, ObjectPrecondition.GenerationIs(Generation), cancellationToken).ConfigureAwait(false);
        }
        catch (PreconditionFailedException)
        {
            wasOurs = false;
        }

        IsReleased = true;
        return wasOurs;
    }

    /// <summary>Gives the lock up without deleting it: somebody else goes on with it.</summary>
    public void Detach() => IsReleased = true;

    /// <summary>Whether the lock object is still the one that this handle made.</summary>
    public async Task<bool> IsHeldAsync(CancellationToken cancellationToken) =>
        !IsReleased && await store.GetInfoAsync(name, cancellationToken).ConfigureAwait(false) is { } live && live.Generation == Generation;

    /// <summary>Asks whether the lock is still ours.</summary>
    /// <exception cref="LockLostException">It is not.</exception>
    public async Task RequireHeldAsync(CancellationToken cancellationToken)
    {
        if (!await IsHeldAsync(cancellationToken).ConfigureAwait(false))
        {
            throw new LockLostException(Uri, "it was removed or taken over by somebody else");
        }
    }
}
