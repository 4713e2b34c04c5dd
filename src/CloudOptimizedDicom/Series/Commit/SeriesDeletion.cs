using CloudOptimizedDicom.Locking;
using CloudOptimizedDicom.Storage;

namespace CloudOptimizedDicom;

/// <summary>
/// Deletes the objects of a series under its lock: the metadata first, so that nobody finds the rest any more, the archive
/// last. Each is fenced by the generation that was seen under the lock, so a deletion that was cut off and goes on late
/// never takes what was written since. Begun by one process, it may be finished by another.
/// </summary>
internal sealed class SeriesDeletion(IObjectStore store, SeriesNames names, SeriesLockHandle handle)
{
    private const int MaxFenceAttempts = 3;

    /// <summary>Whether an object was deleted, or may be.</summary>
    public bool HasTouchedStore { get; private set; }

    /// <param name="cancellationToken">Is heard until the first object is deleted.</param>
    /// <exception cref="CodObjectNotFoundException">There is nothing of the series.</exception>
    /// <exception cref="LockLostException">The lock is not ours any more.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        Dictionary<string, long> live = await ListAsync(cancellationToken).ConfigureAwait(false);
        if (!live.ContainsKey(names.Metadata) && !live.ContainsKey(names.Tar))
        {
            throw new CodObjectNotFoundException($"{store.RootUri}/{names.Folder}");
        }

        cancellationToken.ThrowIfCancellationRequested();
        await FinishAsync(live).ConfigureAwait(false);
    }

    /// <summary>Deletes what another process has left of it; nothing is fine.</summary>
    public async Task FinishAsync(CancellationToken cancellationToken) =>
        await FinishAsync(await ListAsync(cancellationToken).ConfigureAwait(false)).ConfigureAwait(false);

    private async Task FinishAsync(Dictionary<string, long> live)
    {
        foreach (string name in names.InOrderOfDeletion.Where(live.ContainsKey))
        {
            try
            {
                await DeleteAsync(name, live[name]).ConfigureAwait(false);
            }
            catch (ObjectStoreException error) when (error is not PreconditionFailedException)
            {
                HasTouchedStore |= error.MayHaveApplied;
                throw;
            }

            HasTouchedStore = true;
        }
    }

    /// <summary>The objects of the series and their generations, by one listing and the archive beside the folder.</summary>
    private async Task<Dictionary<string, long>> ListAsync(CancellationToken cancellationToken)
    {
        // The archive first: if it was committed by then, its metadata is in the listing, and stands before it.
        ObjectInfo? tar = await store.GetInfoAsync(names.Tar, cancellationToken).ConfigureAwait(false);
        var live = new Dictionary<string, long>();
        await foreach (ObjectListEntry entry in store.ListAsync(names.Folder + "/", "/", cancellationToken).ConfigureAwait(false))
        {
            if (entry.Object is { } info)
            {
                live[info.Name] = info.Generation;
            }
        }

        if (tar is not null)
        {
            live[names.Tar] = tar.Generation;
        }

        return live;
    }

    private async Task DeleteAsync(string name, long generation)
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                await store.DeleteAsync(name, ObjectPrecondition.GenerationIs(generation), CancellationToken.None).ConfigureAwait(false);
                return;
            }
            catch (PreconditionFailedException error) when (name == names.Metadata || attempt == MaxFenceAttempts)
            {
                throw new LockLostException(handle.Uri, $"somebody else has written {store.RootUri}/{name}", error);
            }
            catch (PreconditionFailedException)
            {
                // A writer whose lock was removed before ours may still have been writing what does not count.
            }

            generation = (await store.GetInfoAsync(name, CancellationToken.None).ConfigureAwait(false))?.Generation ?? 0;
            await handle.RequireHeldAsync(CancellationToken.None).ConfigureAwait(false);
        }
    }
}
