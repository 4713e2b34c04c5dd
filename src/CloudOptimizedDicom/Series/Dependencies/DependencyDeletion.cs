using CloudOptimizedDicom.Diagnostics;
using CloudOptimizedDicom.Storage;
using CloudOptimizedDicom.Storage.Local;

namespace CloudOptimizedDicom;

/// <summary>Deletes the files and objects that instances were made from, each only as it was looked at.</summary>
/// <param name="datastore">The datastore of the series.</param>
/// <param name="rules">What may be deleted at all.</param>
/// <param name="storeFiles">The files of the datastore.</param>
/// <param name="options">How.</param>
internal sealed class DependencyDeletion(
    CodDatastore datastore, DependencyRules rules, StoreFiles storeFiles, DeleteDependenciesOptions options)
{
    /// <param name="records">The instances, which are proven to be stored.</param>
    /// <param name="cancellationToken">Ends the call early; what is deleted by then is.</param>
    public async Task<DependencyReport> RunAsync(IReadOnlyList<InstanceRecord> records, CancellationToken cancellationToken)
    {
        ILookup<string, InstanceRecord> byUri = records
            .SelectMany(record => record.Dependencies.Distinct(), (record, uri) => (record, uri))
            .ToLookup(pair => pair.uri, pair => pair.record);
        string[] uris = [.. byUri.Select(group => group.Key)];
        var outcomes = new DependencyOutcome[uris.Length];
        await Parallel.ForAsync(
            0,
            uris.Length,
            new ParallelOptions { MaxDegreeOfParallelism = Math.Max(1, options.MaxParallelism), CancellationToken = cancellationToken },
            async (i, token) => outcomes[i] = await TryDeleteAsync(uris[i], new DependencyClaim(byUri[uris[i]]), token).ConfigureAwait(false)).ConfigureAwait(false);
        if (!options.DryRun)
        {
            Count(outcomes);
        }

        return new DependencyReport { IsDryRun = options.DryRun, Outcomes = outcomes };
    }

    private void Count(DependencyOutcome[] outcomes)
    {
        foreach (DependencyOutcome outcome in outcomes)
        {
            datastore.Meter.DeletedDependencies.Add(1, TelemetryTag.Outcome, outcome.Fate.ToString());
            datastore.Meter.DeletedBytes.Add(outcome.Fate == DependencyFate.Deleted ? outcome.SizeBytes : 0);
        }
    }

    private async Task<DependencyOutcome> TryDeleteAsync(string uri, DependencyClaim claim, CancellationToken cancellationToken)
    {
        try
        {
            return (rules.FindRefusal(uri) ?? (options.AllowSeveralPerInstance ? null : claim.WhySeveral)) is { } reason
                ? new DependencyOutcome(uri, DependencyFate.Refused, Reason: reason)
                : datastore.Sources.ResolveBucket(uri) is { } place
                    ? await DeleteObjectAsync(uri, place.Bucket, place.Name, claim, cancellationToken).ConfigureAwait(false)
                    : await DeleteFileAsync(uri, claim, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (error is CodException or IOException or UnauthorizedAccessException or ArgumentException or UriFormatException)
        {
            return new DependencyOutcome(uri, DependencyFate.Failed, Reason: error.Message);
        }
    }

    private async Task<DependencyOutcome> DeleteObjectAsync(
        string uri, IObjectStore bucket, string name, DependencyClaim claim, CancellationToken cancellationToken)
    {
        if (await bucket.GetInfoAsync(name, cancellationToken).ConfigureAwait(false) is not { } info)
        {
            return new DependencyOutcome(uri, DependencyFate.Missing);
        }

        if (claim.FindMismatch(info.SizeBytes, info.Crc32c) is { } mismatch)
        {
            return new DependencyOutcome(uri, DependencyFate.Mismatched, info.SizeBytes, mismatch);
        }

        try
        {
            if (!options.DryRun)
            {
                await bucket.DeleteAsync(name, ObjectPrecondition.GenerationIs(info.Generation), cancellationToken).ConfigureAwait(false);
            }

            return claim.ToDeleted(uri, info.SizeBytes, info.Crc32c, DependencyProof.StoredChecksum);
        }
        catch (PreconditionFailedException)
        {
            return new DependencyOutcome(uri, DependencyFate.Mismatched, info.SizeBytes, "it changed meanwhile");
        }
    }

    private async Task<DependencyOutcome> DeleteFileAsync(string uri, DependencyClaim claim, CancellationToken cancellationToken)
    {
        string path = new FileInstanceSource(uri).Path;
        FileStamp? entry = FileStamp.OfEntry(path);
        if ((storeFiles.FindReason(path, entry?.Identity) ?? (entry is { } there ? OpenedFile.FindObstacle(there) : null)) is { } refusal)
        {
            return new DependencyOutcome(uri, DependencyFate.Refused, Reason: refusal);
        }

        if (entry is null)
        {
            return new DependencyOutcome(uri, DependencyFate.Missing);
        }

        using OpenedFile file = await OpenedFile.OpenAsync(path, cancellationToken).ConfigureAwait(false);
        long size = file.Stamp.SizeBytes;
        if (file.Stamp.Identity != entry.Value.Identity)
        {
            return new DependencyOutcome(uri, DependencyFate.Mismatched, size, "it changed meanwhile");
        }

        uint? crc32c = claim.HasInstanceOf(size) ? await file.ComputeCrc32cAsync(cancellationToken).ConfigureAwait(false) : null;
        if (claim.FindMismatch(size, crc32c) is { } mismatch)
        {
            return new DependencyOutcome(uri, DependencyFate.Mismatched, size, mismatch);
        }

        return !options.DryRun && file.TryDelete() is { } reason
            ? new DependencyOutcome(uri, DependencyFate.Mismatched, size, reason)
            : claim.ToDeleted(uri, size, crc32c, DependencyProof.BytesRead);
    }
}
