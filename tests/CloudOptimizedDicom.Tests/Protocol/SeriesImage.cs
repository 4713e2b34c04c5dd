using System.Buffers;
using CloudOptimizedDicom.Compression;
using CloudOptimizedDicom.Metadata;
using CloudOptimizedDicom.Storage;

namespace CloudOptimizedDicom.Tests.Protocol;

/// <summary>The three objects of a series, made without a store, so that any protocol may write them.</summary>
internal sealed record SeriesImage(ObjectUpload Tar, ObjectUpload Index, SeriesMetadata Metadata)
{
    /// <summary>A series with files in it, or with files more than it had.</summary>
    public static async Task<SeriesImage> BuildAsync(
        SmallInstances instances, IEnumerable<string> files, SeriesMetadata? stored = null, ObjectContent? archive = null)
    {
        SeriesMetadata metadata = stored?.Clone() ?? new SeriesMetadata(instances.Id, usesHashedUids: false, MetadataVersion.V2);
        using ScratchArchive scratch = archive is null
            ? ScratchArchive.Create(new ScratchPlace(instances.Directory, ScratchDirectory: null))
            : await ScratchArchive.DownloadAsync(
                new ScratchPlace(instances.Directory, ScratchDirectory: null), archive, metadata.Tar, metadata.Instances.Max(record => record.ArchiveRange.End), CancellationToken.None);
        foreach (string file in files)
        {
            InstanceScan scan = await InstanceScan.FromFileAsync(file);
            if (!metadata.TryGetInstance(scan.InstanceUid!, out _))
            {
                ByteRange range = scratch.Add(SeriesNames.Member(scan.InstanceUid!), await File.ReadAllBytesAsync(file), scan.Crc32c);
                metadata.Add(InstanceRecord.Create(scan, scan.InstanceUid!, range, file, [], MetadataVersion.V2, DateTimeOffset.UnixEpoch));
            }
        }

        (long size, uint crc32c, byte[] index) = scratch.Finish();
        byte[] tar = new byte[size];
        await using (Stream content = ObjectUpload.FromFile(scratch.Path, size, crc32c).Open())
        {
            await content.ReadExactlyAsync(tar);
        }

        metadata.Tar = metadata.Index = null;
        return new SeriesImage(ObjectUpload.FromMemory(tar), ObjectUpload.FromMemory(index), metadata);
    }

    /// <summary>Writes the series as it would lie there for a long time.</summary>
    public async Task PutAsync(IObjectStore store, SeriesNames names, SeriesOrigin origin)
    {
        if (origin == SeriesOrigin.None)
        {
            return;
        }

        SeriesMetadata metadata = Metadata.Clone();
        ObjectInfo tar = await store.UploadAsync(names.Tar, Tar, ObjectPrecondition.None);
        ObjectInfo index = await store.UploadAsync(names.Index, Index, ObjectPrecondition.None);
        if (origin != SeriesOrigin.Python)
        {
            long age = origin == SeriesOrigin.Copied ? 1_000_000 : 0;
            metadata.Tar = new ObjectIdentity(tar.Generation - age, Tar.SizeBytes, Tar.Crc32c);
            metadata.Index = new ObjectIdentity(index.Generation - age, Index.SizeBytes, Index.Crc32c);
        }

        await store.UploadAsync(names.Metadata, ToUpload(metadata, $"{store.RootUri}/{names.Tar}"), ObjectPrecondition.None);
    }

    public static ObjectUpload ToUpload(SeriesMetadata metadata, string archiveUri)
    {
        var json = new ArrayBufferWriter<byte>();
        metadata.Write(json, archiveUri);
        return ObjectUpload.FromMemory(Gzip.Compress(json.WrittenSpan)) with { ContentType = "application/json", ContentEncoding = "gzip" };
    }
}
