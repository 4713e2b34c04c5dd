using CloudOptimizedDicom.Compression;
using CloudOptimizedDicom.Metadata;
using CloudOptimizedDicom.Storage;

namespace CloudOptimizedDicom;

/// <summary>The metadata of a series as it is in the store.</summary>
/// <param name="Metadata">The metadata; not to be edited, but cloned.</param>
/// <param name="Info">The object that it was read from or written to.</param>
/// <param name="Bytes">Its bytes as stored.</param>
internal sealed record StoredSeries(SeriesMetadata Metadata, ObjectInfo Info, ReadOnlyMemory<byte> Bytes)
{
    /// <summary>Far more than any series needs, and less than a machine has.</summary>
    private const int MaxMetadataBytes = 1024 * 1024 * 1024;

    /// <summary>Reads the metadata; null when there is no series.</summary>
    /// <exception cref="SeriesMetadataException">It is not readable.</exception>
    public static async Task<StoredSeries?> ReadAsync(IObjectStore store, SeriesNames names, CancellationToken cancellationToken)
    {
        ObjectContent? content = await store.OpenReadAsync(names.Metadata, options: null, cancellationToken).ConfigureAwait(false);
        if (content is null)
        {
            return null;
        }

        await using (content.ConfigureAwait(false))
        {
            string uri = $"{store.RootUri}/{names.Metadata}";
            if (content.Range.Length > MaxMetadataBytes)
            {
                throw new SeriesMetadataException(uri, 0, $"it has {content.Range.Length} bytes, more than {MaxMetadataBytes}");
            }

            byte[] bytes = await content.ReadToEndAsync(cancellationToken).ConfigureAwait(false);
            var metadata = SeriesMetadata.Parse(bytes, uri);
            return metadata.Series == names.Id
                ? new StoredSeries(metadata, content.Info, bytes)
                : throw new SeriesMetadataException(uri, null, $"it is that of another series, {metadata.Series}");
        }
    }

    /// <summary>The bytes as the lock keeps them: always gzipped.</summary>
    public ReadOnlyMemory<byte> ToBackup() => Gzip.IsGzip(Bytes.Span) ? Bytes : Gzip.Compress(Bytes.Span);
}
