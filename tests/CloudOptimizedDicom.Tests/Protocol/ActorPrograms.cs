using CloudOptimizedDicom.Compression;
using CloudOptimizedDicom.Locking;
using CloudOptimizedDicom.Metadata;
using CloudOptimizedDicom.Storage;

namespace CloudOptimizedDicom.Tests.Protocol;

/// <summary>What the actors of a schedule do. An exception that leaves a program is a violation.</summary>
/// <param name="instances">What may be stored.</param>
/// <param name="plan">Who is there.</param>
/// <param name="history">Who is told what actors were told.</param>
/// <param name="spawn">Starts one more, for a ticket.</param>
internal sealed class ActorPrograms(
    SmallInstances instances, SchedulePlan plan, History history, Action<Func<Actor, IObjectStore, Task>> spawn)
{
    /// <summary>Above, a reader may say that the series does not come to rest.</summary>
    private const int WritesThatExcuseAReader = 5;

    private readonly SeriesNames _names = new("", instances.Id);

    public async Task WriteAsync(Actor actor, IObjectStore store, WriterPlan writer)
    {
        CodDatastore datastore = Open(store, actor.Clock);
        foreach (IEnumerable<(int Number, int Version)> session in writer.Sessions)
        {
            int faults = actor.Faults;
            try
            {
                await using CodObject series = await datastore.OpenSeriesAsync(
                    instances.Id.StudyUid, instances.Id.SeriesUid, writer.Mode, new OpenSeriesOptions { OverrideEmptyLocksOlderThan = plan.OverridesEmptyLocks ? TimeSpan.Zero : null });
                await AppendAsync(actor, series, session, writer.RepeatsSync);
                if (writer.HandsOver is { } rest)
                {
                    await HandOverAsync(series, rest);
                }
            }
            catch (CodException error) when (error is LockAcquisitionException || plan.HasBreaker || actor.Faults != faults)
            {
                // Somebody else is at work, or a fault has shown. Without a fault of its own, who has the lock succeeds.
            }
        }
    }

    /// <summary>Somebody repairs while others are at work.</summary>
    public async Task RepairAsync(Actor actor, IObjectStore store)
    {
        CodDatastore datastore = Open(store, actor.Clock);
        await TryAsync(actor, () => datastore.RepairSeriesAsync(
            instances.Id.StudyUid, instances.Id.SeriesUid, new RepairOptions { TakeOverLock = plan.HasBreaker }));
    }

    public async Task DeleteAsync(Actor actor, IObjectStore store)
    {
        CodDatastore datastore = Open(store, actor.Clock);
        await TryAsync(actor, () => datastore.DeleteSeriesAsync(instances.Id.StudyUid, instances.Id.SeriesUid));
    }

    public async Task ReadAsync(Actor actor, IObjectStore store)
    {
        CodDatastore datastore = Open(store, actor.Clock);
        int before = history.MetadataWrites;
        try
        {
            await using CodObject series = await datastore.OpenSeriesAsync(instances.Id.StudyUid, instances.Id.SeriesUid, CodMode.Read);
            foreach (Instance instance in series.GetInstances())
            {
                await using Stream stream = await series.OpenInstanceAsync(instance);
                history.WasRead(instance.Record!.Uid, await SeriesState.ReadUncheckedAsync(stream));
            }
        }
        catch (CodObjectNotFoundException)
        {
            // There is none yet.
        }
        catch (CodException) when (actor.Faults > 0 || !plan.OnlyAppends || history.MetadataWrites - before >= WritesThatExcuseAReader)
        {
            // What it asked for is gone, or on its way.
        }
    }

    public async Task BreakLockAsync(IObjectStore store)
    {
        for (int times = 0; times < 2; times++)
        {
            await store.DeleteAsync(_names.Lock, ObjectPrecondition.None);
        }
    }

    /// <summary>As Python: metadata first, then the index, then the archive, and nothing is fenced but the lock.</summary>
    public async Task WriteAsPythonAsync(IObjectStore store, WriterPlan writer)
    {
        foreach (IEnumerable<(int Number, int Version)> session in writer.Sessions)
        {
            ObjectInfo held;
            try
            {
                held = await store.UploadAsync(_names.Lock, ObjectUpload.FromMemory("lock"u8.ToArray()), ObjectPrecondition.DoesNotExist);
            }
            catch (PreconditionFailedException)
            {
                continue;
            }

            SeriesMetadata? stored = writer.Mode == CodMode.Append ? (await StoredSeries.ReadAsync(store, _names, known: null, DecompressionLimits.Default, CancellationToken.None))?.Metadata : null;
            ObjectContent? archive = stored?.Instances.Count > 0 ? await store.OpenReadAsync(_names.Tar) : null;
            SeriesImage image = await SeriesImage.BuildAsync(
                instances, session.Select(instance => instances.Path(instance.Number, instance.Version)), stored, archive);
            if (image.Metadata.Instances.Count != stored?.Instances.Count)
            {
                await store.UploadAsync(_names.Metadata, SeriesImage.ToUpload(image.Metadata, $"{store.RootUri}/{_names.Tar}"), ObjectPrecondition.None);
                await store.UploadAsync(_names.Index, image.Index, ObjectPrecondition.None);
                await store.UploadAsync(_names.Tar, image.Tar, ObjectPrecondition.None);
            }

            await store.DeleteAsync(_names.Lock, ObjectPrecondition.GenerationIs(held.Generation));
        }
    }

    private async Task TryAsync(Actor actor, Func<Task> call)
    {
        int faults = actor.Faults;
        try
        {
            await call();
        }
        catch (CodException error) when (error is LockAcquisitionException or CodObjectNotFoundException || plan.HasBreaker || actor.Faults != faults)
        {
            // Somebody else is at work, there is nothing, or a fault has shown.
        }
    }

    /// <summary>Gives the lock to two others, of which one comes too late.</summary>
    private async Task HandOverAsync(CodObject series, IReadOnlyList<(int Number, int Version)> rest)
    {
        string ticket = (await series.ToTicketAsync()).ToString();
        for (int takers = 0; takers < 2; takers++)
        {
            spawn((actor, store) => ResumeAsync(actor, store, CodTicket.Parse(ticket), rest));
        }
    }

    private async Task ResumeAsync(Actor actor, IObjectStore store, CodTicket ticket, IReadOnlyList<(int Number, int Version)> rest)
    {
        int faults = actor.Faults;
        CodObject? series = null;
        try
        {
            series = await Open(store, actor.Clock).ResumeSeriesAsync(ticket);
            await AppendAsync(actor, series, rest, repeats: false);
        }
        catch (CodException error) when ((error is LockLostException && series is null) || plan.HasBreaker || actor.Faults != faults)
        {
            // The other one was first, or a fault has shown.
        }
        finally
        {
            await (series?.DisposeAsync() ?? ValueTask.CompletedTask);
        }
    }

    private async Task AppendAsync(Actor actor, CodObject series, IEnumerable<(int Number, int Version)> session, bool repeats)
    {
        AppendResult result = await series.AppendAsync(session.Select(instance => instances.Instance(instance.Number, instance.Version)));
        await SyncAsync(actor, series, repeats);
        history.Synced(actor.Name, result.New);
    }

    private async Task SyncAsync(Actor actor, CodObject series, bool repeats)
    {
        try
        {
            await series.SyncAsync();
        }
        catch (CodSyncException) when (repeats)
        {
            int faults = actor.Faults;
            try
            {
                await series.SyncAsync();
            }
            catch (CodException error) when (!plan.HasBreaker && actor.Faults == faults)
            {
                throw new RuleViolatedException($"a sync could not be repeated: {error.GetType().Name}");
            }
        }
    }

    private CodDatastore Open(IObjectStore store, TimeProvider clock) => CodDatastore.FromStore(
        store, options: new CodDatastoreOptions { TimeProvider = clock, ScratchDirectory = instances.Directory });
}
