using System.Runtime.CompilerServices;
using CloudOptimizedDicom.Part10;

namespace CloudOptimizedDicom;

/// <summary>
/// Looks among originals for those that may be of some instances, by what costs least: sizes, checksums that are known
/// beforehand and paths first, headers of what is left. Used once.
/// </summary>
/// <param name="originals">Where to look.</param>
/// <param name="sources">Reads them.</param>
internal sealed class OriginalSearch(IReadOnlyList<Instance> originals, InstanceSources sources)
{
    private readonly List<string> _failures = [];

    /// <summary>Why originals that came into question were of no use.</summary>
    public IReadOnlyList<string> Failures => _failures;

    public bool IsEmpty => originals.Count == 0;

    /// <summary>Gives originals and the instances that they may be of; whether they are, their bytes tell.</summary>
    /// <param name="wanted">The instances by the UIDs they are stored under. Who has found one takes it out.</param>
    /// <param name="cancellationToken">Ends the search early.</param>
    public async IAsyncEnumerable<(InstanceRecord Record, IInstanceSource Original)> FindAsync(
        Dictionary<string, InstanceRecord> wanted, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        List<Instance> unknown = [];
        foreach (Instance original in originals.TakeWhile(_ => wanted.Count > 0))
        {
            long? size = SizeOf(original);
            InstanceRecord[] ofSize = [.. wanted.Values.Where(record => size is null || record.SizeBytes == size)];
            bool isKnown = size is not null && original.KnownCrc32c is not null;
            if (!isKnown && ofSize.Length > 0)
            {
                unknown.Add(original);
            }

            foreach (InstanceRecord record in ofSize.Where(record => isKnown ? record.Crc32c == original.KnownCrc32c : record.OriginalPath == original.OriginalPath))
            {
                yield return (record, sources.Resolve(original.Address));
            }
        }

        foreach (Instance original in unknown.TakeWhile(_ => wanted.Count > 0))
        {
            InstanceHead? head = await TryReadHeadAsync(original, cancellationToken).ConfigureAwait(false);
            foreach (InstanceRecord record in wanted.Values.Where(record => head is not null && IsOf(head, record)).ToArray())
            {
                yield return (record, sources.Resolve(original.Address));
            }
        }
    }

    /// <summary>Runs an attempt to use an original; what is wrong with it is kept, and the next one may do.</summary>
    public async Task<bool> TryAsync(Func<Task> attempt)
    {
        try
        {
            await attempt().ConfigureAwait(false);
            return true;
        }
        catch (Exception error) when (error is SourceReadException or SourceChangedException)
        {
            _failures.Add(error.Message);
            return false;
        }
    }

    private static bool IsOf(InstanceHead head, InstanceRecord record) => record.SizeBytes == head.SizeBytes
        && (head.Crc32c is null || head.Crc32c == record.Crc32c)
        && (record.InstanceUid.Length == 0 || record.InstanceUid == head.Uids.InstanceUid);

    private long? SizeOf(Instance original)
    {
        if (original.KnownSizeBytes is { } known)
        {
            return known;
        }

        try
        {
            return sources.Resolve(original.Address) is FileInstanceSource file && new FileInfo(file.Path) is { Exists: true } info ? info.Length : null;
        }
        catch (Exception error) when (error is SourceReadException or IOException or UnauthorizedAccessException or UriFormatException)
        {
            // Reading it, if it comes to that, says what is wrong.
            return null;
        }
    }

    private async Task<InstanceHead?> TryReadHeadAsync(Instance original, CancellationToken cancellationToken)
    {
        InstanceHead? head = null;
        try
        {
            await TryAsync(async () => head = await original.ReadHeadAsync(sources, cancellationToken).ConfigureAwait(false)).ConfigureAwait(false);
        }
        catch (InvalidDicomException)
        {
            // Whatever it is, it is no instance.
        }

        return head;
    }
}
