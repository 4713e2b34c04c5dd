using CloudOptimizedDicom.Storage.Local;

namespace CloudOptimizedDicom;

public sealed partial class CodObject
{
    private readonly HashSet<string> _statedDependencies = new(StringComparer.Ordinal);

    /// <summary>
    /// Deletes the files and objects that the instances name as their dependencies, once the series is verified. Each must have
    /// the size and checksum of the instance, or stays, and is deleted only as it was looked at: a file while it is open, an
    /// object in that generation. Nothing that belongs to a datastore is touched, whatever path or link leads there. What only
    /// the metadata names needs <see cref="DeleteDependenciesOptions.Filter"/> or <see cref="DeleteDependenciesOptions.AllowedRoots"/>;
    /// dependencies of instances that this object has appended do not.
    /// </summary>
    /// <param name="options">What may be deleted, and how; <see langword="null"/> uses the defaults.</param>
    /// <param name="cancellationToken">
    /// Ends the call early, without a report; what is deleted by then is, and the next call names it as missing.
    /// </param>
    /// <returns>What became of each, and what proved those that were deleted. The metadata goes on naming them.</returns>
    /// <exception cref="ArgumentException">An allowed root is no folder and no prefix of a bucket. Nothing was deleted.</exception>
    /// <exception cref="InvalidOperationException">There is nothing stored, or there are changes that were not synced.</exception>
    /// <exception cref="SeriesDamagedException">The series is not intact. Nothing was deleted.</exception>
    /// <exception cref="SeriesChangedException">Somebody has changed the series since it was opened. Nothing was deleted.</exception>
    /// <exception cref="Storage.ObjectStoreException">The store did not answer. Nothing was deleted.</exception>
    /// <exception cref="IOException">There is no room for the archive on this machine. Nothing was deleted.</exception>
    public async Task<DependencyReport> DeleteDependenciesAsync(
        DeleteDependenciesOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new DeleteDependenciesOptions();
        var rules = new DependencyRules(options, _statedDependencies, _datastore.Uri);
        IntegrityReport integrity = await VerifyIntegrityAsync(options: null, cancellationToken).ConfigureAwait(false);
        if (integrity.Findings.FirstOrDefault(finding => finding.IsDamage) is { } damage)
        {
            throw new SeriesDamagedException(Uri, $"{damage.Kind}: {damage.Message}");
        }

        // What was verified is what is known here only if nobody has committed since.
        StoredSeries? live = await StoredSeries.ReadAsync(_store, _names, _stored, _datastore.Options.Decompression, cancellationToken).ConfigureAwait(false);
        return ReferenceEquals(live, _stored)
            ? await new DependencyDeletion(_datastore, rules, FindStoreFiles(), options)
                .RunAsync(live!.Metadata.Instances, cancellationToken).ConfigureAwait(false)
            : throw new SeriesChangedException(Uri, attempts: 1);
    }

    /// <summary>What is to be kept although it may look like a source; the series' own objects also where they have hard links.</summary>
    private StoreFiles FindStoreFiles() =>
        new(_store.IsRemote ? null : _store.RootUri, [.. _names.InOrderOfDeletion, _names.Lock]);

    /// <summary>
    /// Remembers what the caller names as sources of instances that are stored. One that is also named by an instance which is
    /// not is still needed. Instances that came out of metadata name only what that says.
    /// </summary>
    private void NoteDependencies(AppendResult result)
    {
        ILookup<bool, string> byStored = result.Reasons
            .Where(pair => !pair.Key.IsFromMetadata)
            .SelectMany(pair => pair.Key.Dependencies, (pair, uri) => (IsStored: IsStored(pair.Value), uri))
            .ToLookup(pair => pair.IsStored, pair => pair.uri);
        _statedDependencies.UnionWith(byStored[true]);
        _statedDependencies.ExceptWith(byStored[false]);
    }

    private static bool IsStored(AppendReason reason) =>
        reason is AppendReason.NewUid or AppendReason.StoredUnderOtherUid or AppendReason.SameBytes or AppendReason.SameByHints
            or AppendReason.ReplacedBeginning;
}
