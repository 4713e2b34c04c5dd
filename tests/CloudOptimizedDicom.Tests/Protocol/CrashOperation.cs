using CloudOptimizedDicom.Storage;

namespace CloudOptimizedDicom.Tests.Protocol;

/// <summary>Something that changes a series and may be broken off anywhere.</summary>
/// <param name="PrepareAsync">Makes the state before it.</param>
/// <param name="RunAsync">Does it.</param>
internal sealed record CrashOperation(Func<IObjectStore, Task> PrepareAsync, Func<CodDatastore, Task> RunAsync)
{
    public required SeriesId Id { get; init; }

    /// <summary>A file of the series, to write it anew with.</summary>
    public required string File { get; init; }

    /// <summary>Whether readers see all that was there before, wherever it breaks off.</summary>
    public bool KeepsOldReadable { get; init; }

    /// <summary>Whether it repairs, so that a repair of what it leaves leads where it would have led.</summary>
    public bool IsRepair { get; init; }

    /// <summary>The repair of what this operation leaves when it dies.</summary>
    /// <param name="scratchDirectory">Room for the process that dies.</param>
    /// <param name="diesBefore">The request that it does not live to see.</param>
    /// <param name="isUnlocked">Whether somebody removes its lock.</param>
    public CrashOperation RepairedAfter(string scratchDirectory, Func<StoreRequest, bool> diesBefore, bool isUnlocked = false) => Repaired(async store =>
    {
        await PrepareAsync(store);
        var gate = new FaultGate((_, request) => diesBefore(request), Verdict.KillBefore);
        await RunInProcessAsync(store, gate, scratchDirectory);
        Assert.That(gate.Died.IsCompleted, "it was to die on the way");
        if (isUnlocked)
        {
            await store.DeleteAsync(new SeriesNames("", Id).Lock, ObjectPrecondition.None);
        }
    });

    /// <summary>The repair of a state.</summary>
    public CrashOperation Repaired(Func<IObjectStore, Task>? prepareAsync = null) => this with
    {
        PrepareAsync = prepareAsync ?? PrepareAsync,
        RunAsync = datastore => datastore.RepairSeriesAsync(Id.StudyUid, Id.SeriesUid, new RepairOptions { TakeOverLock = true }),
        IsRepair = true,
    };

    /// <summary>Does it in a process of its own.</summary>
    /// <returns>Whether it says that it has done it; false for an error of ours and for a process that died.</returns>
    public async Task<bool> RunInProcessAsync(IObjectStore store, FaultGate gate, string scratchDirectory)
    {
        var datastore = CodDatastore.FromStore(
            new GatedObjectStore(store, gate), options: new CodDatastoreOptions { ScratchDirectory = scratchDirectory });
        Task running = RunAsync(datastore);
        if (await Task.WhenAny(running, gate.Died) != running)
        {
            return false;
        }

        try
        {
            await running;
            return true;
        }
        catch (CodException)
        {
            return false;
        }
    }
}
