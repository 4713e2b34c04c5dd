using System.Runtime.CompilerServices;
using System.Threading.Channels;
using CloudOptimizedDicom.Locking;

namespace CloudOptimizedDicom;

public sealed partial class CodDatastore
{
    /// <summary>
    /// Stores instances of any series: groups them (<see cref="SeriesGrouper"/>) and works on several series at once. A series
    /// that fails, or that somebody else is writing, costs no other. Whatever ends it early, running it again with the same
    /// instances ends in the same store; where hints tell what is stored already, that takes two requests a series and no lock.
    /// </summary>
    /// <param name="instances">The instances. Those of one series are stored in the order given.</param>
    /// <param name="options">How; <see langword="null"/> for the defaults.</param>
    /// <param name="cancellationToken">Ends the call early: commits that have begun go to their end, other series are as they were.</param>
    /// <returns>What became of each series, as it is done. One that was reported is stored; enumeration that ends early ends the work.</returns>
    /// <exception cref="ArgumentException">The mode is <see cref="CodMode.Read"/>.</exception>
    /// <exception cref="InventoryException">The instances come from an inventory that cannot be read.</exception>
    public IAsyncEnumerable<SeriesIngest> IngestAsync(
        IAsyncEnumerable<Instance> instances, IngestOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new IngestOptions();
        InstanceProgressSum? progress = options.Append.Progress is { } target ? new InstanceProgressSum(target) : null;
        return ForEachSeriesAsync(
            instances,
            options,
            async (group, mayReplace, token) =>
            {
                AppendOptions append = options.Append with { Progress = progress?.Part() };
                SeriesIngest result = await StoreSeriesAsync(group, options, append, mayReplace, token).ConfigureAwait(false);
                return result with { IsRepeat = group.IsRepeat };
            },
            static error => new SeriesIngest { Id = null, Errors = [error] },
            cancellationToken);
    }

    /// <summary>
    /// Tells what <see cref="IngestAsync"/> would do, and what that would cost. Nothing is written and no lock is taken or
    /// asked for. What hints do not tell is read: headers, and whole files of this machine whose UIDs are stored. An instance
    /// that is not what its hints say, or is damaged behind its header, is found by storing it only; so are a copied series'
    /// first append (three requests more), one where both libraries have written (one to three), what <see cref="AppendOptions.Strict"/>
    /// refuses, a thumbnail that a write drops (two), and files over 4 MiB whose UIDs stand behind their pixels.
    /// <see cref="AppendOptions.TreatMetadataDiffsAsSame"/> and <see cref="AppendOptions.ReplaceTruncated"/> are not looked at, and of a series that comes in more
    /// than one group each is planned as if it were the only one.
    /// </summary>
    /// <param name="instances">The instances.</param>
    /// <param name="options">How they would be stored; <see langword="null"/> for the defaults.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <returns>The plan for each series, as it is made.</returns>
    /// <exception cref="ArgumentException">The mode is <see cref="CodMode.Read"/>.</exception>
    /// <exception cref="InventoryException">The instances come from an inventory that cannot be read.</exception>
    public IAsyncEnumerable<SeriesPlan> PlanIngestAsync(
        IAsyncEnumerable<Instance> instances, IngestOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new IngestOptions();
        return ForEachSeriesAsync(
            instances,
            options,
            (group, mayReplace, token) => new SeriesPlanner(this, group, options, mayReplace).PlanAsync(token),
            static error => new SeriesPlan { Outcome = new SeriesIngest { Id = null, Errors = [error] }, Cost = default, ArchiveBytes = 0 },
            cancellationToken);
    }

    /// <summary>Groups instances and works on several series at once; the work throws nothing that costs only its series.</summary>
    private async IAsyncEnumerable<T> ForEachSeriesAsync<T>(
        IAsyncEnumerable<Instance> instances,
        IngestOptions options,
        Func<SeriesGroup, bool, CancellationToken, Task<T>> work,
        Func<AppendError, T> ofUnknown,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(instances);
        if (options.Mode == CodMode.Read)
        {
            throw new ArgumentException("Instances are stored by append or write.", nameof(options));
        }

        using var abandoned = new CancellationTokenSource();
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, abandoned.Token);
        var results = Channel.CreateBounded<T>(options.MaxParallelism);
        Task running = RunAsync(ending.Token);
        try
        {
            // A cancelled run tells what it has stored before it ends.
            await foreach (T result in results.Reader.ReadAllAsync(CancellationToken.None).ConfigureAwait(false))
            {
                yield return result;
            }
        }
        finally
        {
            // What the work throws comes through the channel.
            await abandoned.CancelAsync().ConfigureAwait(false);
            await running.ConfigureAwait(false);
        }

        async Task RunAsync(CancellationToken token)
        {
            try
            {
                bool isAllKnown = true;
                var turns = new SeriesTurns();
                var grouper = new SeriesGrouper(this)
                {
                    MaxParallelism = options.MaxParallelism,
                    MaxWaiting = options.Mode == CodMode.Write ? int.MaxValue : options.MaxWaiting,
                    OnUnknown = async error =>
                    {
                        if (options.IsForeign?.Invoke(error) != true)
                        {
                            isAllKnown = false;
                            await results.Writer.WriteAsync(ofUnknown(error), abandoned.Token).ConfigureAwait(false);
                        }
                    },
                };
                await Parallel.ForEachAsync(
                    grouper.GroupAsync(instances, token),
                    new ParallelOptions { MaxDegreeOfParallelism = options.MaxParallelism, CancellationToken = token },
                    async (group, each) =>
                    {
                        T result = await turns.RunAsync(group.Id, () => work(group, isAllKnown, each)).ConfigureAwait(false);
                        await results.Writer.WriteAsync(result, abandoned.Token).ConfigureAwait(false);
                    }).ConfigureAwait(false);
                results.Writer.Complete();
            }
            catch (Exception error)
            {
                results.Writer.Complete(error);
            }
        }
    }

    private async Task<SeriesIngest> StoreSeriesAsync(
        SeriesGroup group, IngestOptions options, AppendOptions append, bool mayReplace, CancellationToken cancellationToken)
    {
        (SeriesId id, IReadOnlyList<Instance> instances) = (group.Id, group.Instances);
        try
        {
            if (options.Mode == CodMode.Append)
            {
                return ToIngest(id, await AppendToSeriesAsync(
                    id.StudyUid, id.SeriesUid, instances, append, options.OpenSeries, cancellationToken).ConfigureAwait(false));
            }

            CodObject series = await OpenSeriesAsync(id.StudyUid, id.SeriesUid, CodMode.Write, options.OpenSeries, cancellationToken).ConfigureAwait(false);
            await using (series.ConfigureAwait(false))
            {
                AppendResult result = await series.AppendAsync(instances, append, cancellationToken).ConfigureAwait(false);
                if (series.StoredInstanceCount > 0 && (!mayReplace || result.Errors.Count > 0))
                {
                    return new SeriesIngest
                    {
                        Id = id,
                        Same = result.Same,
                        Conflict = result.Conflict,
                        Warnings = result.Warnings,
                        Reasons = result.Reasons,
                        Errors = [.. result.Errors, .. result.New.Select(instance => new AppendError(instance, NotReplaced()))],
                    };
                }

                if (result.New.Count > 0)
                {
                    await series.SyncAsync(cancellationToken: cancellationToken).ConfigureAwait(false);
                }

                return ToIngest(id, result);
            }
        }
        catch (Exception error) when (error is CodException or IOException or UnauthorizedAccessException)
        {
            return new SeriesIngest
            {
                Id = id,
                Errors = [.. instances.Select(instance => new AppendError(instance, error))],
                IsLocked = error is LockAcquisitionException,
            };
        }
    }

    /// <summary>What could not be read now may be what the store has: replacing the series would lose it.</summary>
    internal static InvalidOperationException NotReplaced() =>
        new("Not stored: others could not be read, and writing would drop what the series has.");

    private static SeriesIngest ToIngest(SeriesId id, AppendResult result) =>
        new()
        {
            Id = id,
            New = result.New,
            Same = result.Same,
            Conflict = result.Conflict,
            Errors = result.Errors,
            Warnings = result.Warnings,
            Reasons = result.Reasons,
        };
}
