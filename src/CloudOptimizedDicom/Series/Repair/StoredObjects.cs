using CloudOptimizedDicom.Compression;
using CloudOptimizedDicom.Locking;
using CloudOptimizedDicom.Metadata;
using CloudOptimizedDicom.Storage;
using CloudOptimizedDicom.Tar;

namespace CloudOptimizedDicom;

/// <summary>All objects of one series as they are in the store, in whatever state. Holds a copy of the archive until disposed.</summary>
internal sealed class StoredObjects : IAsyncDisposable
{
    private const int MaxAttempts = 3;

    /// <summary>Who holds the lock; null for nobody. A repair sets it to what it found before it took the lock itself.</summary>
    public LockHolder? Lock { get; set; }

    public bool HasErrorLog { get; private init; }

    /// <summary>The object with the metadata; null when there is none.</summary>
    public ObjectInfo? MetadataInfo { get; private init; }

    /// <summary>Its bytes; null when there are none, or too many.</summary>
    public byte[]? MetadataBytes { get; private init; }

    /// <summary>What they say; null when there are none or they are not readable.</summary>
    public SeriesMetadata? Metadata { get; private init; }

    /// <summary>Why the metadata is not readable.</summary>
    public SeriesMetadataException? MetadataFault { get; private init; }

    /// <summary>Whether the store says that the metadata is not what was uploaded, so that any of it may be wrong.</summary>
    public bool IsMetadataDamaged => IsDamaged(MetadataInfo, MetadataBytes is { } bytes ? Crc32c.Compute(bytes) : null);

    /// <summary>The object with the archive; null when there is none.</summary>
    public ObjectInfo? ArchiveInfo { get; private init; }

    /// <summary>Its bytes.</summary>
    public ArchiveFile? Archive { get; private init; }

    /// <summary>Whether the store says that the archive is not what was uploaded.</summary>
    public bool IsArchiveDamaged => IsDamaged(ArchiveInfo, Archive?.Crc32c);

    /// <summary>What is in them.</summary>
    public TarSurvey? Survey { get; private init; }

    /// <summary>What the archive is to the metadata.</summary>
    public ArchiveStanding ArchiveStanding => ArchiveStanding.Of(Metadata, ArchiveInfo, Archive?.Crc32c);

    /// <summary>The object with the index; null when there is none.</summary>
    public ObjectInfo? IndexInfo { get; private init; }

    /// <summary>Its bytes; null when there are none, empty when they are too many.</summary>
    public byte[]? Index { get; private init; }

    /// <summary>The index that the metadata describes, as long as the archive is the one that it describes; null when it does not say.</summary>
    public ObjectIdentity? RecordedIndex => ArchiveStanding.Match is ArchiveMatch.Own or ArchiveMatch.Copied ? Metadata?.Index : null;

    /// <summary>Whether the store says that the index is not what was uploaded.</summary>
    public bool IsIndexDamaged => IsDamaged(IndexInfo, Index is { Length: > 0 } bytes ? Crc32c.Compute(bytes) : null);

    /// <summary>Whether there is anything of the series.</summary>
    public bool Exists => MetadataInfo is not null || ArchiveInfo is not null || IndexInfo is not null || Lock is not null || HasErrorLog;

    /// <summary>Reads everything; again when a writer commits meanwhile, so that what is compared belongs together.</summary>
    public static async Task<StoredObjects> ReadAsync(
        IObjectStore store, SeriesNames names, CodDatastoreOptions options, CancellationToken cancellationToken)
    {
        for (int attempt = 1; ; attempt++)
        {
            StoredObjects objects = await ReadOnceAsync(store, names, options, cancellationToken).ConfigureAwait(false);
            ObjectInfo? live = await store.GetInfoAsync(names.Metadata, cancellationToken).ConfigureAwait(false);
            if (live?.Generation == objects.MetadataInfo?.Generation || attempt == MaxAttempts)
            {
                return objects;
            }

            await objects.DisposeAsync().ConfigureAwait(false);
        }
    }

    public ValueTask DisposeAsync() => Archive?.DisposeAsync() ?? ValueTask.CompletedTask;

    private static async Task<StoredObjects> ReadOnceAsync(
        IObjectStore store, SeriesNames names, CodDatastoreOptions options, CancellationToken cancellationToken)
    {
        LockHolder? holder = await new SeriesLock(store, names.Lock).ReadHolderAsync(cancellationToken).ConfigureAwait(false);
        ObjectInfo? errorLog = await store.GetInfoAsync(names.ErrorLog, cancellationToken).ConfigureAwait(false);
        (ObjectInfo? metadataInfo, byte[]? metadataBytes) = await ReadObjectAsync(store, names.Metadata, cancellationToken).ConfigureAwait(false);
        string metadataUri = $"{store.RootUri}/{names.Metadata}";
        (SeriesMetadata? metadata, SeriesMetadataException? fault) = metadataBytes is not null
            ? TryParse(metadataBytes, names.Id, metadataUri, options.Decompression)
            : (null, metadataInfo is null ? null : StoredSeries.TooLarge(metadataUri, metadataInfo));
        (ObjectInfo? indexInfo, byte[]? index) = await ReadObjectAsync(store, names.Index, cancellationToken).ConfigureAwait(false);
        (ObjectInfo? archiveInfo, ArchiveFile? archive) = await ReadArchiveAsync(store, names.Tar, options.ScratchDirectory, cancellationToken).ConfigureAwait(false);
        TarSurvey? survey = null;
        if (archive is not null)
        {
            survey = await SurveyAsync(archive, cancellationToken).ConfigureAwait(false);
            archiveInfo = await ToFullInfoAsync(store, archiveInfo!, archive, cancellationToken).ConfigureAwait(false);
        }

        return new StoredObjects
        {
            Lock = holder,
            HasErrorLog = errorLog is not null,
            MetadataInfo = metadataInfo,
            MetadataBytes = metadataBytes,
            Metadata = metadata,
            MetadataFault = fault,
            ArchiveInfo = archiveInfo,
            Archive = archive,
            Survey = survey,
            IndexInfo = indexInfo,
            Index = index ?? (indexInfo is null ? null : []),
        };
    }

    /// <summary>Reads metadata, or says why it cannot be used.</summary>
    public static (SeriesMetadata? Metadata, SeriesMetadataException? Fault) TryParse(
        ReadOnlyMemory<byte> bytes, SeriesId id, string uri, DecompressionLimits limits)
    {
        try
        {
            var metadata = SeriesMetadata.Parse(bytes, uri, limits);
            return metadata.Series == id
                ? (metadata, null)
                : (null, new SeriesMetadataException(uri, null, $"it is that of another series, {metadata.Series}"));
        }
        catch (SeriesMetadataException fault)
        {
            return (null, fault);
        }
    }

    /// <summary>Reading does not always tell which upload an object is of; asking for it does, if it is still the same.</summary>
    private static async Task<ObjectInfo> ToFullInfoAsync(IObjectStore store, ObjectInfo read, ArchiveFile archive, CancellationToken cancellationToken)
    {
        try
        {
            ObjectInfo? live = read.UploadId is null ? await store.GetInfoAsync(read.Name, cancellationToken).ConfigureAwait(false) : null;
            return live?.Generation == read.Generation ? live : read;
        }
        catch
        {
            await archive.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private static async Task<TarSurvey> SurveyAsync(ArchiveFile archive, CancellationToken cancellationToken)
    {
        try
        {
            return await TarSurvey.ReadAsync(archive.Source, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await archive.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private static bool IsDamaged(ObjectInfo? info, uint? crc32c) => info?.Crc32c is { } uploaded && crc32c is { } found && uploaded != found;

    private static Task<(ObjectInfo? Info, ArchiveFile? Archive)> ReadArchiveAsync(
        IObjectStore store, string name, string? scratchDirectory, CancellationToken cancellationToken) =>
        WholeRead.RunDamagedAsync<(ObjectInfo?, ArchiveFile?)>(store, name, new ObjectReadOptions(), async content => content is null
            ? (null, null)
            : (content.Info, await ArchiveFile.DownloadAsync(scratchDirectory, content, cancellationToken).ConfigureAwait(false)), cancellationToken);

    /// <summary>The bytes are null where there are none, or too many.</summary>
    private static Task<(ObjectInfo? Info, byte[]? Bytes)> ReadObjectAsync(IObjectStore store, string name, CancellationToken cancellationToken) =>
        WholeRead.RunDamagedAsync<(ObjectInfo?, byte[]?)>(store, name, new ObjectReadOptions(), async content => content is null
            ? (null, null)
            : (content.Info, await content.TryReadToEndAsync(cancellationToken).ConfigureAwait(false)), cancellationToken);
}
