using CloudOptimizedDicom.Locking;
using CloudOptimizedDicom.Metadata;

namespace CloudOptimizedDicom;

/// <summary>
/// The one kind of lock that may go without asking: old, and of a series that was being begun, so that its writer has committed
/// nothing. One of a deletion or a repair is never of that kind.
/// </summary>
internal static class EmptyLock
{
    /// <summary>What such a lock keeps; null when it is not one, or not there any more.</summary>
    /// <param name="seriesLock">The lock.</param>
    /// <param name="holder">The lock as it was seen.</param>
    /// <param name="olderThan">The age from which it is old, by the clock of the store; null for never.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    public static async Task<ReadOnlyMemory<byte>?> TryReadAsync(
        SeriesLock seriesLock, LockHolder holder, TimeSpan? olderThan, CancellationToken cancellationToken)
    {
        if (!(holder.Age >= olderThan) || holder.Operation is LockOperation.Delete or LockOperation.Repair)
        {
            return null;
        }

        ReadOnlyMemory<byte>? content = await seriesLock.ReadContentAsync(holder.Generation, cancellationToken).ConfigureAwait(false);
        return content is { } bytes && NamesNoInstance(bytes, seriesLock.Uri) ? content : null;
    }

    /// <summary>What cannot be read may name some.</summary>
    private static bool NamesNoInstance(ReadOnlyMemory<byte> content, string uri)
    {
        try
        {
            return content.IsEmpty || SeriesMetadata.Parse(content, uri).Instances.Count == 0;
        }
        catch (SeriesMetadataException)
        {
            return false;
        }
    }
}
