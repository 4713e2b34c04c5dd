using System.Buffers;
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
    private const int TagsGrowth = 4;

    /// <summary>About what it holds in memory once the tags of all instances were asked for, which inflate to a few times their stored size.</summary>
    public long RetainedBytes => Bytes.Length + (TagsGrowth * Metadata.JsonBytes);

    /// <summary>Reads the metadata; null when there is no series.</summary>
    /// <param name="store">The store.</param>
    /// <param name="names">The series.</param>
    /// <param name="known">What was read before; given back when it is still the same, without its bytes coming again.</param>
    /// <param name="limits">How far it may inflate.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <exception cref="SeriesMetadataException">It is not readable.</exception>
    public static async Task<StoredSeries?> ReadAsync(
        IObjectStore store, SeriesNames names, StoredSeries? known, DecompressionLimits limits, CancellationToken cancellationToken)
    {
        var options = new ObjectReadOptions { IfGenerationNotMatch = known?.Info.Generation };
        ObjectContent? content = await store.OpenReadAsync(names.Metadata, options, cancellationToken).ConfigureAwait(false);
        if (content is null)
        {
            return null;
        }

        await using (content.ConfigureAwait(false))
        {
            if (content.IsNotModified)
            {
                return known;
            }

            string uri = $"{store.RootUri}/{names.Metadata}";
            byte[] bytes = await content.TryReadToEndAsync(cancellationToken).ConfigureAwait(false) ?? throw TooLarge(uri, content.Info);
            var metadata = SeriesMetadata.Parse(bytes, uri, limits);
            return metadata.Series == names.Id
                ? new StoredSeries(metadata, content.Info, bytes)
                : throw new SeriesMetadataException(uri, null, $"it is that of another series, {metadata.Series}");
        }
    }

    /// <summary>
    /// Reads the metadata as a lock keeps it, be it readable or not; empty where there is none, too much of it, or damage, which
    /// nobody is to take for what it was before.
    /// </summary>
    public static async Task<ReadOnlyMemory<byte>> ReadBackupAsync(IObjectStore store, SeriesNames names, CancellationToken cancellationToken)
    {
        ObjectContent? content = await store.OpenReadAsync(names.Metadata, options: null, cancellationToken).ConfigureAwait(false);
        if (content is null)
        {
            return ReadOnlyMemory<byte>.Empty;
        }

        await using (content.ConfigureAwait(false))
        {
            try
            {
                return await content.TryReadToEndAsync(cancellationToken).ConfigureAwait(false) is { } bytes ? ToBackup(bytes) : ReadOnlyMemory<byte>.Empty;
            }
            catch (ChecksumMismatchException error) when (error.IsDamage)
            {
                return ReadOnlyMemory<byte>.Empty;
            }
        }
    }

    /// <summary>Metadata that does not fit into memory.</summary>
    public static SeriesMetadataException TooLarge(string uri, ObjectInfo info) =>
        new(uri, null, $"it has {info.SizeBytes} bytes, more than {ObjectContent.MaxBytesInMemory}");

    /// <summary>Metadata as it is stored: gzipped in a bucket, plain in a directory.</summary>
    public static ReadOnlyMemory<byte> ToBytes(SeriesMetadata metadata, IObjectStore store, SeriesNames names)
    {
        var json = new ArrayBufferWriter<byte>();
        metadata.Write(json, $"{store.RootUri}/{names.Tar}");
        return store.IsRemote ? Gzip.Compress(json.WrittenSpan) : json.WrittenMemory;
    }

    /// <summary>The upload of metadata as it is stored.</summary>
    public static ObjectUpload ToUpload(ReadOnlyMemory<byte> bytes) => ObjectUpload.FromMemory(bytes) with
    {
        ContentType = "application/json",
        ContentEncoding = Gzip.IsGzip(bytes.Span) ? "gzip" : null,
    };

    /// <summary>The bytes as the lock keeps them: always gzipped.</summary>
    public ReadOnlyMemory<byte> ToBackup() => ToBackup(Bytes);

    /// <summary>Metadata as the lock keeps it.</summary>
    public static ReadOnlyMemory<byte> ToBackup(ReadOnlyMemory<byte> bytes) => Gzip.IsGzip(bytes.Span) ? bytes : Gzip.Compress(bytes.Span);
}
