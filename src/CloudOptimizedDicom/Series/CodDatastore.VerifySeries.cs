using CloudOptimizedDicom.Diagnostics;
using CloudOptimizedDicom.Storage;

namespace CloudOptimizedDicom;

public sealed partial class CodDatastore
{
    /// <summary>
    /// Reads all objects of a series whole and compares them: that every instance is at its place with its bytes, that nothing
    /// else is there, that the index lists what the archive holds. It works as well where the series cannot be opened, since its
    /// metadata is missing or damaged, and takes no lock.
    /// </summary>
    /// <param name="studyUid">Study Instance UID; the hashed one of a series that hides its own.</param>
    /// <param name="seriesUid">Series Instance UID; the hashed one of a series that hides its own.</param>
    /// <param name="options">How; <see langword="null"/> for the defaults.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <returns>Everything that was found; nothing is changed.</returns>
    /// <exception cref="ArgumentException">A UID cannot be part of a path.</exception>
    /// <exception cref="CodObjectNotFoundException">There is nothing of this series.</exception>
    /// <exception cref="ObjectStoreException">The store did not answer.</exception>
    /// <exception cref="IOException">There is no room for the archive on this machine.</exception>
    public Task<IntegrityReport> VerifySeriesAsync(
        string studyUid, string seriesUid, VerifyOptions? options = null, CancellationToken cancellationToken = default) =>
        VerifyAsync(Name(new SeriesId(studyUid, seriesUid)), options ?? new VerifyOptions(), cancellationToken);

    internal Task<IntegrityReport> VerifyAsync(SeriesNames names, VerifyOptions options, CancellationToken cancellationToken) =>
        CodActivitySource.TraceAsync(CodActivitySource.Verify, $"{Store.RootUri}/{names.Folder}", async activity =>
        {
            IntegrityReport report = await CheckAsync(names, options, cancellationToken).ConfigureAwait(false);
            activity?.SetTag(TelemetryTag.Count, report.Findings.Count);
            foreach (IntegrityFinding finding in report.Findings)
            {
                Meter.VerifyFindings.Add(1, TelemetryTag.Kind, finding.Kind.ToString());
            }

            return report;
        });

    private async Task<IntegrityReport> CheckAsync(SeriesNames names, VerifyOptions options, CancellationToken cancellationToken)
    {
        StoredObjects objects = await StoredObjects.ReadAsync(Store, names, Options, cancellationToken).ConfigureAwait(false);
        await using (objects.ConfigureAwait(false))
        {
            return objects.Exists
                ? await new IntegrityCheck(objects, names, Store.RootUri, options).RunAsync(cancellationToken).ConfigureAwait(false)
                : throw new CodObjectNotFoundException($"{Store.RootUri}/{names.Folder}");
        }
    }
}
