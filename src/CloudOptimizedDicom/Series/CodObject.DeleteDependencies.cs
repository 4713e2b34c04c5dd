namespace CloudOptimizedDicom;

public sealed partial class CodObject
{
    /// <summary>
    /// Deletes the files and objects that the instances name as their dependencies, once the series is verified. One that is the
    /// only dependency of an instance must have its size and checksum, or stays; an object is deleted only in the generation
    /// that was looked at. What lies inside another file is refused, and so is a relative path.
    /// </summary>
    /// <param name="options">How; <see langword="null"/> for the defaults.</param>
    /// <param name="cancellationToken">
    /// Ends the call early, without a report; what is deleted by then is, and the next call names it as missing.
    /// </param>
    /// <returns>What became of each. The metadata goes on naming them.</returns>
    /// <exception cref="InvalidOperationException">There is nothing stored, or there are changes that were not synced.</exception>
    /// <exception cref="SeriesDamagedException">The series is not intact. Nothing was deleted.</exception>
    /// <exception cref="SeriesChangedException">Somebody has changed the series since it was opened. Nothing was deleted.</exception>
    /// <exception cref="Storage.ObjectStoreException">The store did not answer. Nothing was deleted.</exception>
    /// <exception cref="IOException">There is no room for the archive on this machine. Nothing was deleted.</exception>
    public async Task<DependencyReport> DeleteDependenciesAsync(
        DeleteDependenciesOptions? options = null, CancellationToken cancellationToken = default)
    {
        IntegrityReport integrity = await VerifyIntegrityAsync(options: null, cancellationToken).ConfigureAwait(false);
        if (integrity.Findings.FirstOrDefault(finding => finding.IsDamage) is { } damage)
        {
            throw new SeriesDamagedException(Uri, $"{damage.Kind}: {damage.Message}");
        }

        // What was verified is what is known here only if nobody has committed since.
        StoredSeries? live = await StoredSeries.ReadAsync(_store, _names, _stored, cancellationToken).ConfigureAwait(false);
        return ReferenceEquals(live, _stored)
            ? await new DependencyDeletion(_datastore, options ?? new DeleteDependenciesOptions())
                .RunAsync(live!.Metadata.Instances, cancellationToken).ConfigureAwait(false)
            : throw new SeriesChangedException(Uri, attempts: 1);
    }
}
