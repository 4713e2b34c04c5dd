using CloudOptimizedDicom.Storage;

namespace CloudOptimizedDicom;

/// <summary>
/// The objects of a series in one state, ready to be uploaded elsewhere: the archive is the one that the metadata describes.
/// Holds copies of what has to pass through this machine until disposed.
/// </summary>
internal sealed class CopySource : IAsyncDisposable
{
    private readonly List<ArchiveFile> _files = [];

    private CopySource(StoredSeries series) => Series = series;

    /// <summary>The metadata.</summary>
    public StoredSeries Series { get; }

    /// <summary>The archive; null for a series that never had an instance.</summary>
    public ObjectUpload? Archive { get; private set; }

    /// <summary>The index; null when there is none.</summary>
    public ObjectUpload? Index { get; private set; }

    /// <summary>The thumbnail that the metadata names; null when there is none.</summary>
    public ObjectUpload? Thumbnail { get; private set; }

    /// <summary>Reads the objects, once.</summary>
    /// <param name="series">The metadata as it was read.</param>
    /// <param name="names">The series.</param>
    /// <param name="source">Where it is.</param>
    /// <param name="destination">Where it is to go.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <exception cref="SeriesDamagedException">They do not belong together, or not any more.</exception>
    public static async Task<CopySource> ReadAsync(
        StoredSeries series, SeriesNames names, CodDatastore source, CodDatastore destination, CancellationToken cancellationToken)
    {
        var opened = new CopySource(series);
        try
        {
            await opened.ReadObjectsAsync(names, source.Store, destination, cancellationToken).ConfigureAwait(false);
            return opened;
        }
        catch (Exception error) when (error is PreconditionFailedException or ChecksumMismatchException)
        {
            await opened.DisposeAsync().ConfigureAwait(false);
            throw new SeriesDamagedException($"{source.Store.RootUri}/{names.Folder}", "an object was replaced while it was read, or has not its checksum", error);
        }
        catch
        {
            await opened.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (ArchiveFile file in _files)
        {
            await file.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async Task ReadObjectsAsync(SeriesNames names, IObjectStore store, CodDatastore destination, CancellationToken cancellationToken)
    {
        SeriesDamagedException Damaged(string reason) => new($"{store.RootUri}/{names.Folder}", reason);
        string? scratch = destination.Options.ScratchDirectory;
        if (await store.GetInfoAsync(names.Index, cancellationToken).ConfigureAwait(false) is { } index)
        {
            Index = ToUpload(index, await DownloadAsync(store, index, scratch, cancellationToken).ConfigureAwait(false), "application/vnd.sqlite3");
        }

        if (Series.Metadata.Index is { } recorded && (Index?.SizeBytes != recorded.SizeBytes || Index.Crc32c != recorded.Crc32c))
        {
            throw Damaged("the index is not the one that the metadata describes");
        }

        if (names.FindThumbnail(Series.Metadata) is { } thumbnail
            && await store.GetInfoAsync(thumbnail, cancellationToken).ConfigureAwait(false) is { } picture)
        {
            Thumbnail = ToUpload(picture, await DownloadAsync(store, picture, scratch, cancellationToken).ConfigureAwait(false), "application/octet-stream");
        }

        ObjectInfo? archive = await store.GetInfoAsync(names.Tar, cancellationToken).ConfigureAwait(false);
        if (archive is null)
        {
            bool hasNone = Series.Metadata is { Tar: null, Instances.Count: 0 };
            Archive = hasNone ? null : throw Damaged("there is metadata, but no archive");
            return;
        }

        if (Series.Metadata.Tar is { } expected && (archive.SizeBytes != expected.SizeBytes || (archive.Crc32c ?? expected.Crc32c) != expected.Crc32c))
        {
            throw Damaged("the archive is not the one that the metadata describes");
        }

        ObjectUpload upload = Series.Metadata.Tar is not null && archive.Crc32c is not null && destination.Store.CanCopyFrom(store)
            ? Describe(archive, ObjectUpload.FromObject(store, archive), "application/x-tar")
            : ToUpload(archive, await ReadArchiveAsync(store, archive, scratch, Damaged, cancellationToken).ConfigureAwait(false), "application/x-tar");
        Archive = upload with { StorageClass = destination.Options.StorageClass };
    }

    /// <summary>Metadata of Python does not say which archive it describes, so every instance has to show it.</summary>
    private async Task<ArchiveFile> ReadArchiveAsync(
        IObjectStore store, ObjectInfo info, string? scratch, Func<string, SeriesDamagedException> toDamaged, CancellationToken cancellationToken)
    {
        ArchiveFile file = await DownloadAsync(store, info, scratch, cancellationToken).ConfigureAwait(false);
        if (Series.Metadata.Tar is { } expected)
        {
            return file.SizeBytes == expected.SizeBytes && file.Crc32c == expected.Crc32c
                ? file
                : throw toDamaged("the archive has not the checksum that the metadata says");
        }

        foreach (InstanceRecord record in Series.Metadata.Instances)
        {
            if (record.ArchiveRange.End > file.SizeBytes
                || await file.ChecksumAsync(record.ArchiveRange, cancellationToken).ConfigureAwait(false) != record.Crc32c)
            {
                throw toDamaged($"the archive does not have instance {record.Uid} where the metadata says");
            }
        }

        return file;
    }

    private async Task<ArchiveFile> DownloadAsync(IObjectStore store, ObjectInfo info, string? scratch, CancellationToken cancellationToken)
    {
        var options = new ObjectReadOptions { IfGenerationMatch = info.Generation };
        ObjectContent content = await store.OpenReadAsync(info.Name, options, cancellationToken).ConfigureAwait(false)
            ?? throw new PreconditionFailedException("read", $"{store.RootUri}/{info.Name}", ObjectPrecondition.GenerationIs(info.Generation));
        await using (content.ConfigureAwait(false))
        {
            ArchiveFile file = await ArchiveFile.DownloadAsync(scratch, content, cancellationToken).ConfigureAwait(false);
            _files.Add(file);
            return file.Crc32c == (info.Crc32c ?? file.Crc32c)
                ? file
                : throw new ChecksumMismatchException("read", $"{store.RootUri}/{info.Name}", info.Crc32c!.Value, file.Crc32c);
        }
    }

    private static ObjectUpload ToUpload(ObjectInfo info, ArchiveFile file, string contentType) =>
        Describe(info, ObjectUpload.FromFile(file.Path, file.SizeBytes, file.Crc32c), contentType);

    /// <summary>What is kept beside the bytes goes with them, but for the upload that made them.</summary>
    private static ObjectUpload Describe(ObjectInfo info, ObjectUpload upload, string contentType) => upload with
    {
        ContentType = info.ContentType ?? contentType,
        ContentEncoding = info.ContentEncoding,
        Metadata = info.Metadata,
    };
}
