namespace CloudOptimizedDicom;

public sealed partial class CodDatastore
{
    /// <summary>
    /// Appends instances to a series and commits. When the hints of all of them (size, checksum and the three UIDs) say that
    /// they are stored already, that is known before the lock is taken, and it is not.
    /// </summary>
    /// <param name="studyUid">Study Instance UID, as stored.</param>
    /// <param name="seriesUid">Series Instance UID, as stored.</param>
    /// <param name="instances">The instances, in the order in which they are to be stored.</param>
    /// <param name="appendOptions">How they are appended; <see langword="null"/> for the defaults.</param>
    /// <param name="options">How the series is opened; <see langword="null"/> for the defaults.</param>
    /// <param name="cancellationToken">Ends the call early, until the first upload begins.</param>
    /// <returns>What became of each.</returns>
    /// <exception cref="CodSyncException">The commit failed half-way; the lock stays.</exception>
    /// <inheritdoc cref="OpenSeriesAsync"/>
    public async Task<AppendResult> AppendToSeriesAsync(
        string studyUid,
        string seriesUid,
        IReadOnlyCollection<Instance> instances,
        AppendOptions? appendOptions = null,
        OpenSeriesOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(instances);
        CodObject? series = await CodObject.OpenUnlessDoneAsync(
            this,
            Name(new SeriesId(studyUid, seriesUid)),
            CodMode.Append,
            options ?? new OpenSeriesOptions(),
            metadata => appendOptions?.DeleteLocalOrigin != true && instances.All(instance => HintCheck.IsSame(instance, metadata)),
            cancellationToken).ConfigureAwait(false);
        if (series is null)
        {
            Instance[] same = [.. instances.Distinct()];
            appendOptions?.Progress?.Report(new InstanceProgress(same.Length, same.Sum(instance => instance.KnownSizeBytes ?? 0)));
            var known = new AppendResult
            {
                New = [],
                Same = same,
                Conflict = [],
                Errors = [],
                Reasons = same.ToDictionary(instance => instance, _ => AppendReason.SameByHints),
            };
            AppendMeasurement.Count(Meter, known);
            return known;
        }

        await using (series.ConfigureAwait(false))
        {
            AppendResult result = await series.AppendAsync(instances, appendOptions, cancellationToken).ConfigureAwait(false);
            await series.SyncAsync(cancellationToken: cancellationToken).ConfigureAwait(false);
            return result;
        }
    }
}
