using System.Runtime.CompilerServices;
using CloudOptimizedDicom.Diagnostics;

namespace CloudOptimizedDicom;

/// <summary>
/// Sorts instances by the series that they belong to, because a series should be opened once for all of its instances. Where
/// hints do not tell the three UIDs, headers are read, several at once. Thread-safe; each call groups for itself.
/// </summary>
/// <param name="datastore">Reads the headers, with its credentials.</param>
public sealed class SeriesGrouper(CodDatastore datastore)
{
    /// <summary>How many headers are read at once, 1 or more.</summary>
    /// <value>The default is the number of processors.</value>
    /// <exception cref="ArgumentOutOfRangeException">It is not positive.</exception>
    public int MaxParallelism
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(value);
            field = value;
        }
    } = Environment.ProcessorCount;

    /// <summary>
    /// How many instances wait for others of their series, 1 or more. When there are more, the series that has waited longest
    /// since its last instance is given out.
    /// </summary>
    /// <value>The default is a million, which take about 500 MB with their hints.</value>
    /// <exception cref="ArgumentOutOfRangeException">It is not positive.</exception>
    public int MaxWaiting
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(value);
            field = value;
        }
    } = 1_000_000;

    /// <summary>Told of an instance whose series cannot be told. Calls come one after the other.</summary>
    /// <value>The default is <see langword="null"/>: such an instance is thrown.</value>
    public Func<AppendError, ValueTask>? OnUnknown { get; init; }

    /// <summary>Groups instances. All of them are looked at before the first group comes, unless more than <see cref="MaxWaiting"/> are.</summary>
    /// <param name="instances">The instances.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <returns>The groups, those first whose last instance came first.</returns>
    /// <exception cref="SourceReadException">An instance cannot be read, and <see cref="OnUnknown"/> is not set; the same goes for the next two.</exception>
    /// <exception cref="Part10.InvalidDicomException">An instance does not say where it belongs.</exception>
    /// <exception cref="UidHashingException">The hasher of an instance fails.</exception>
    public async IAsyncEnumerable<SeriesGroup> GroupAsync(
        IAsyncEnumerable<Instance> instances, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(instances);
        var waiting = new WaitingSeries();
        var given = new HashSet<SeriesId>();
        SeriesGroup GiveOut(SeriesGroup group)
        {
            if (given.Add(group.Id))
            {
                return group;
            }

            datastore.Logger.PoorlyGrouped(group.Id, MaxWaiting);
            return group with { IsRepeat = true };
        }

        await foreach ((Instance instance, SeriesId id) in IdentifyAsync(instances, cancellationToken).ConfigureAwait(false))
        {
            waiting.Add(id, instance);
            while (waiting.InstanceCount > MaxWaiting)
            {
                yield return GiveOut(waiting.TakeLongestWaiting());
            }
        }

        foreach (SeriesGroup group in waiting.TakeAll())
        {
            yield return GiveOut(group);
        }
    }

    /// <summary>Tells the series of each instance, in the order given.</summary>
    private async IAsyncEnumerable<(Instance Instance, SeriesId Id)> IdentifyAsync(
        IAsyncEnumerable<Instance> instances, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var reading = new Queue<(Instance Instance, Task<SeriesId> Id)>();
        try
        {
            await foreach (Instance instance in instances.WithCancellation(cancellationToken).ConfigureAwait(false))
            {
                reading.Enqueue((instance, BeginIdentify(instance, cancellationToken)));
                if (reading.Count >= MaxParallelism && await TakeAsync(reading.Dequeue()).ConfigureAwait(false) is { } known)
                {
                    yield return (known.Instance, known.Id);
                }
            }

            while (reading.TryDequeue(out (Instance, Task<SeriesId>) next))
            {
                if (await TakeAsync(next).ConfigureAwait(false) is { } known)
                {
                    yield return (known.Instance, known.Id);
                }
            }
        }
        finally
        {
            await Task.WhenAll(reading.Select(entry => entry.Id)).ContinueWith(
                static done => done.Exception, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default).ConfigureAwait(false);
        }
    }

    private async Task<(Instance Instance, SeriesId Id)?> TakeAsync((Instance Instance, Task<SeriesId> Id) entry)
    {
        try
        {
            return (entry.Instance, await entry.Id.ConfigureAwait(false));
        }
        catch (CodException error) when (OnUnknown is not null)
        {
            await OnUnknown(new AppendError(entry.Instance, error)).ConfigureAwait(false);
            return null;
        }
    }

    /// <summary>What is known takes no thread.</summary>
    private Task<SeriesId> BeginIdentify(Instance instance, CancellationToken cancellationToken) => instance.KnownUids is not null
        ? datastore.IdentifyAsync(instance, cancellationToken)
        : Task.Run(() => datastore.IdentifyAsync(instance, cancellationToken), cancellationToken);
}
