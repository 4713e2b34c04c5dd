using CloudOptimizedDicom.Storage;
using CloudOptimizedDicom.Storage.Local;

namespace CloudOptimizedDicom;

/// <summary>
/// The objects of a series in one state, ready to be uploaded elsewhere: the archive is the one that the metadata describes.
/// Holds copies of what has to pass through this machine until disposed.
/// </summary>
/// <param name="series">The metadata as it was read.</param>
/// <param name="names">The series.</param>
/// <param name="store">Where it is.</param>
/// <param name="destination">Where it is to go.</param>
internal sealed class CopySource(StoredSeries series, SeriesNames names, IObjectStore store, CodDatastore destination) : IAsyncDisposable
{
    private readonly List<IDisposable> _files = [];

    /// <summary>The metadata.</summary>
    public StoredSeries Series => series;

    /// <summary>The archive; null for a series that never had an instance.</summary>
    public ObjectUpload? Archive { get; private set; }

    /// <summary>The index; null when there is none.</summary>
    public ObjectUpload? Index { get; private set; }

    /// <summary>The thumbnail that the metadata names; null when there is none.</summary>
    public ObjectUpload? Thumbnail { get; private set; }

    private string Uri => $"{store.RootUri}/{names.Folder}";

    private ArchiveProof Proof => new(series.Metadata, names.Id, $"{store.RootUri}/{names.Tar}");

    /// <summary>Whether the destination copies this archive by itself.</summary>
    public static bool IsServerSide(StoredSeries series, ObjectInfo? archive, IObjectStore store, CodDatastore destination) =>
        series.Metadata.Tar is not null && archive?.Crc32c is not null && destination.Store.CanCopyFrom(store);

    /// <summary>Asks for the archive, which must be the one that the metadata describes; read only where nothing else tells.</summary>
    /// <exception cref="SeriesDamagedException">It is not.</exception>
    public async Task<ObjectInfo?> FindArchiveAsync(CancellationToken cancellationToken)
    {
        ArchiveStanding standing = await FindStandingAsync(cancellationToken).ConfigureAwait(false);
        Require(await Proof.FindFaultAsync(standing, store, destination.Options.ScratchDirectory, cancellationToken).ConfigureAwait(false));
        return standing.Live;
    }

    /// <summary>Reads the objects, once.</summary>
    /// <exception cref="SeriesDamagedException">They do not belong together, or not any more.</exception>
    /// <exception cref="PreconditionFailedException">One was replaced while it was read.</exception>
    /// <exception cref="ChecksumMismatchException">Of one, other bytes arrived than the store has.</exception>
    public async Task ReadAsync(CancellationToken cancellationToken)
    {
        if (await store.GetInfoAsync(names.Index, cancellationToken).ConfigureAwait(false) is { } index)
        {
            (_, Index) = await DownloadAsync(index, "application/vnd.sqlite3", cancellationToken).ConfigureAwait(false);
        }

        if (series.Metadata.Index is { } recorded && (Index?.SizeBytes != recorded.SizeBytes || Index.Crc32c != recorded.Crc32c))
        {
            throw new SeriesDamagedException(Uri, "the index is not the one that the metadata describes");
        }

        if (names.FindThumbnail(series.Metadata) is { } thumbnail
            && await store.GetInfoAsync(thumbnail, cancellationToken).ConfigureAwait(false) is { } picture)
        {
            (_, Thumbnail) = await DownloadAsync(picture, "application/octet-stream", cancellationToken).ConfigureAwait(false);
        }

        if (await FindStandingAsync(cancellationToken).ConfigureAwait(false) is { Live: { } archive } standing)
        {
            ObjectUpload upload = IsServerSide(series, archive, store, destination)
                ? Describe(archive, ObjectUpload.FromObject(store, archive), "application/x-tar")
                : await ReadArchiveAsync(standing, cancellationToken).ConfigureAwait(false);
            Archive = upload with { StorageClass = destination.Options.StorageClass };
        }
    }

    public ValueTask DisposeAsync()
    {
        _files.ForEach(static file => file.Dispose());
        return ValueTask.CompletedTask;
    }

    private async Task<ArchiveStanding> FindStandingAsync(CancellationToken cancellationToken)
    {
        ObjectInfo? archive = await store.GetInfoAsync(names.Tar, cancellationToken).ConfigureAwait(false);

        // A checksum that the store does not know is compared once the archive was read.
        var standing = ArchiveStanding.Of(series.Metadata, archive, archive?.Crc32c ?? series.Metadata.Tar?.Crc32c);
        standing.Require(Uri);
        return standing;
    }

    /// <summary>Metadata of Python does not say which archive it describes, so every instance has to show it.</summary>
    private async Task<ObjectUpload> ReadArchiveAsync(ArchiveStanding standing, CancellationToken cancellationToken)
    {
        (FileStream file, ObjectUpload upload) = await DownloadAsync(standing.Live!, "application/x-tar", cancellationToken, mayBeDamaged: true).ConfigureAwait(false);
        var archive = new ArchiveFile(file, upload.Crc32c);
        if (series.Metadata.Tar is not { } expected)
        {
            Require(await Proof.FindFaultAsync(standing, archive, cancellationToken).ConfigureAwait(false));
        }
        else if (upload.SizeBytes != expected.SizeBytes || upload.Crc32c != expected.Crc32c)
        {
            string? faults = await DamagedInstances.DescribeAsync(series.Metadata.Instances, archive.SizeBytes, archive.ChecksumAsync, cancellationToken).ConfigureAwait(false);
            Require($"the archive does not fit the metadata ({faults ?? "it does not have the checksum that the metadata says"})");
        }

        return upload;
    }

    private void Require(string? fault)
    {
        if (fault is not null)
        {
            throw new SeriesDamagedException(Uri, fault);
        }
    }

    /// <summary>Brings an object to where the destination can take it by moving it.</summary>
    private Task<(FileStream File, ObjectUpload Upload)> DownloadAsync(
        ObjectInfo info, string contentType, CancellationToken cancellationToken, bool mayBeDamaged = false)
    {
        var options = new ObjectReadOptions { IfGenerationMatch = info.Generation };
        async Task<(FileStream File, ObjectUpload Upload)> KeepAsync(ObjectContent? content)
        {
            _ = content ?? throw new PreconditionFailedException("read", $"{store.RootUri}/{info.Name}", ObjectPrecondition.GenerationIs(info.Generation));
            StagingFile? staged = destination.Store.StagingDirectory is { } staging ? StagingFile.Create(staging) : null;
            FileStream file = staged?.Stream ?? TemporaryFile.Create(destination.Options.ScratchDirectory);
            _files.Add((IDisposable?)staged ?? file);
            var passing = new PassingStream(content.Content, file);
            await passing.DrainAsync(cancellationToken).ConfigureAwait(false);
            await file.FlushAsync(cancellationToken).ConfigureAwait(false);
            if (!mayBeDamaged && passing.Crc32c != (info.Crc32c ?? passing.Crc32c))
            {
                throw new ChecksumMismatchException("read", $"{store.RootUri}/{info.Name}", info.Crc32c!.Value, passing.Crc32c);
            }

            ObjectUpload upload = staged is null
                ? ObjectUpload.FromHandle(file.SafeFileHandle, passing.BytesPassed, passing.Crc32c)
                : ObjectUpload.FromFile(staged.Path, passing.BytesPassed, passing.Crc32c, mayMove: true);
            return (file, Describe(info, upload, contentType));
        }

        return mayBeDamaged
            ? WholeRead.RunDamagedAsync(store, info.Name, options, KeepAsync, cancellationToken)
            : WholeRead.RunAsync(store, info.Name, options, KeepAsync, cancellationToken);
    }

    /// <summary>What is kept beside the bytes goes with them, but for the upload that made them.</summary>
    private static ObjectUpload Describe(ObjectInfo info, ObjectUpload upload, string contentType) => upload with
    {
        ContentType = info.ContentType ?? contentType,
        ContentEncoding = info.ContentEncoding,
        Metadata = info.Metadata,
    };
}
