using System.Runtime.CompilerServices;
using CloudOptimizedDicom.Storage;

namespace CloudOptimizedDicom;

public sealed partial class CodDatastore
{
    /// <summary>Lists the series, from a listing of the store alone: no request per series.</summary>
    /// <param name="studyUid">The study whose series are wanted; <see langword="null"/> for all.</param>
    /// <param name="cancellationToken">Ends the listing early.</param>
    /// <returns>Series in the order of the store; one that is only a lock or an archive is there as well.</returns>
    /// <exception cref="ObjectStoreException">The store did not answer.</exception>
    public async IAsyncEnumerable<SeriesListing> ListSeriesAsync(
        string? studyUid = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        string prefix = studyUid is null ? $"{_prefix}studies/" : $"{_prefix}studies/{studyUid}/series/";
        SeriesListing? current = null;
        await foreach (ObjectListEntry entry in Store.ListAsync(prefix, "", cancellationToken).ConfigureAwait(false))
        {
            if (entry.Object is not { } info || !TryParse(entry.Name, out SeriesId? id, out string part))
            {
                continue;
            }

            if (current is not null && current.Id != id)
            {
                yield return current;
                current = null;
            }

            current ??= new SeriesListing(id, $"{Uri}/{id.Path}", null, null, null, IsLocked: false, HasErrorLog: false);
            current = part switch
            {
                SeriesNames.TarExtension => current with { ArchiveBytes = info.SizeBytes, StorageClass = info.StorageClass },
                "/" + SeriesNames.MetadataFile => current with { TimeUpdated = info.TimeCreated },
                "/" + SeriesNames.LockFile => current with { IsLocked = true },
                "/" + SeriesNames.ErrorLogFile => current with { HasErrorLog = true },
                _ => current,
            };
        }

        if (current is not null)
        {
            yield return current;
        }
    }

    /// <summary>The series that an object belongs to, and what its name has behind the series' folder.</summary>
    private bool TryParse(string name, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out SeriesId? id, out string part)
    {
        (id, part) = (null, "");
        string[] segments = name[_prefix.Length..].Split('/', 5);
        if (segments is not ["studies", _, "series", _, ..])
        {
            return false;
        }

        bool isTar = segments.Length == 4 && segments[3].EndsWith(SeriesNames.TarExtension, StringComparison.Ordinal);
        if (segments.Length == 4 && !isTar)
        {
            return false;
        }

        part = isTar ? SeriesNames.TarExtension : "/" + segments[4];
        string folder = isTar ? segments[3][..^SeriesNames.TarExtension.Length] : segments[3];
        return SeriesId.TryParse($"studies/{segments[1]}/series/{folder}", out _, out id);
    }
}
