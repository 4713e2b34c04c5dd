using System.Buffers;
using System.Runtime.CompilerServices;
using CloudOptimizedDicom.Storage;

namespace CloudOptimizedDicom;

public sealed partial class CodObject
{
    private const int MaxStreamedInMemoryBytes = 64 * 1024 * 1024;

    /// <summary>
    /// Reads the whole series with one request for the archive, and hands the instances out while it comes, in the order of the
    /// archive, each when its checksum is right. Memory holds one instance at a time, one above 64 MiB a temporary file.
    /// </summary>
    /// <param name="cancellationToken">Ends the reading early.</param>
    /// <returns>
    /// The instances as they are stored when the reading begins. The content of each ends when the next one is asked for.
    /// Leaving the loop early ends the request.
    /// </returns>
    /// <exception cref="InvalidOperationException">There are changes that were not synced.</exception>
    /// <exception cref="TarValidationException">The archive does not hold an instance.</exception>
    /// <exception cref="SeriesChangedException">The series does not come to rest.</exception>
    /// <exception cref="ObjectStoreException">The store did not answer.</exception>
    public async IAsyncEnumerable<StreamedInstance> StreamSeriesAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        RequireSynced("streamed");
        if (_stored is null)
        {
            yield break;
        }

        ForwardSeries series = await Reader.OpenWholeAsync(static _ => true, cancellationToken).ConfigureAwait(false);
        await using (series.ConfigureAwait(false))
        {
            foreach (InstanceRecord record in series.Records)
            {
                bool isSmall = record.SizeBytes <= MaxStreamedInMemoryBytes;
                byte[]? buffer = isSmall ? ArrayPool<byte>.Shared.Rent((int)record.SizeBytes) : null;
                Stream content = isSmall
                    ? new MemoryStream(buffer!, 0, (int)record.SizeBytes)
                    : TemporaryFile.Create(_datastore.Options.ScratchDirectory);
                try
                {
                    await series.CopyInstanceAsync(record, content, cancellationToken).ConfigureAwait(false);
                    content.Position = 0;
                    yield return new StreamedInstance(ToInstance(record), content);
                }
                finally
                {
                    await content.DisposeAsync().ConfigureAwait(false);
                    if (buffer is not null)
                    {
                        ArrayPool<byte>.Shared.Return(buffer);
                    }
                }
            }
        }
    }

    private void RequireSynced(string what)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        if (HasPendingChanges)
        {
            throw new InvalidOperationException($"{Uri} has changes that were not synced; sync or discard them before it is {what}.");
        }
    }
}
