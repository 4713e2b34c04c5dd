using System.Buffers;
using CloudOptimizedDicom.Metadata;
using CloudOptimizedDicom.Storage;

namespace CloudOptimizedDicom;

internal sealed partial class SeriesCopy
{
    /// <summary>
    /// Whether the destination has just what a copy would make of it. Thumbnails are not asked for, nor is the index, beyond what
    /// the metadata says of it: both can be made again.
    /// </summary>
    private async Task<bool> IsSameAsync(StoredSeries series, StoredSeries? there, CancellationToken cancellationToken)
    {
        if (there is null)
        {
            return false;
        }

        SeriesMetadata copied = ToMetadata(series.Metadata);
        (copied.Tar, copied.Index) = (there.Metadata.Tar, there.Metadata.Index);
        if (IsOther(series.Metadata.Tar, there.Metadata.Tar) || IsOther(series.Metadata.Index, there.Metadata.Index)
            || !ToJson(copied).SequenceEqual(ToJson(there.Metadata)))
        {
            return false;
        }

        ObjectIdentity? expected = there.Metadata.Tar ?? series.Metadata.Tar
            ?? await GetLiveArchiveAsync(source.Store, _from, cancellationToken).ConfigureAwait(false);
        ObjectIdentity? live = await GetLiveArchiveAsync(destination.Store, _to, cancellationToken).ConfigureAwait(false);
        return live is null || expected is null
            ? live == expected && series.Metadata.Instances.Count == 0
            : live.SizeBytes == expected.SizeBytes && live.Crc32c == expected.Crc32c;
    }

    /// <summary>Metadata of Python names no archive, and its copy does.</summary>
    private static bool IsOther(ObjectIdentity? recorded, ObjectIdentity? copied) =>
        recorded is not null && (recorded.SizeBytes != copied?.SizeBytes || recorded.Crc32c != copied.Crc32c);

    private static async Task<ObjectIdentity?> GetLiveArchiveAsync(IObjectStore store, SeriesNames names, CancellationToken cancellationToken) =>
        await store.GetInfoAsync(names.Tar, cancellationToken).ConfigureAwait(false) is { } live
        && await ArchiveChecksum.GetAsync(store, live, cancellationToken).ConfigureAwait(false) is { } crc32c
            ? new ObjectIdentity(live.Generation, live.SizeBytes, crc32c)
            : null;

    private ReadOnlySpan<byte> ToJson(SeriesMetadata metadata)
    {
        var json = new ArrayBufferWriter<byte>();
        metadata.Write(json, $"{destination.Store.RootUri}/{_to.Tar}");
        return json.WrittenSpan;
    }

    /// <summary>A series without instances and fields is what a writer leaves that died before it committed any.</summary>
    private void RequireReplaceable(StoredSeries series, StoredSeries? there)
    {
        if (there is { Metadata: var metadata } && (metadata.Instances.Count > 0 || metadata.Fields.Names.Count > 0) && !options.Overwrite)
        {
            throw new SeriesExistsException(DestinationUri, metadata.Instances.Count, SourceUri, series.Metadata.Instances.Count);
        }
    }

    /// <summary>
    /// Unless it is asked for, an archive whose instances no metadata knows is not replaced, since they may be nowhere else: only
    /// one that a copy which died has left is just that of the source. Nothing is replaced by a source that has lost its archive.
    /// </summary>
    /// <param name="sizeBytes">Size of the archive to be copied; null for none.</param>
    /// <param name="crc32c">Its CRC-32C.</param>
    /// <param name="there">The metadata at the destination.</param>
    /// <param name="live">The archive at the destination.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    private async Task RequireReplaceableAsync(
        long? sizeBytes, uint? crc32c, StoredSeries? there, ObjectInfo? live, CancellationToken cancellationToken)
    {
        if (!options.Overwrite && live is not null)
        {
            uint? liveCrc32c = await ArchiveChecksum.GetAsync(destination.Store, live, cancellationToken).ConfigureAwait(false);
            bool isOfCopy = live.SizeBytes == sizeBytes && liveCrc32c is not null && liveCrc32c == crc32c;
            if (!isOfCopy)
            {
                await RequireOfMetadataAsync(there, live, liveCrc32c, cancellationToken).ConfigureAwait(false);
            }
        }

        if (sizeBytes is null && (live is not null || there?.Metadata.Instances.Count > 0))
        {
            throw new SeriesDamagedException(SourceUri, $"it has neither instance nor archive, and would replace what {DestinationUri} has");
        }
    }

    /// <summary>Refuses an archive with instances that the metadata does not know.</summary>
    private async Task RequireOfMetadataAsync(StoredSeries? there, ObjectInfo live, uint? crc32c, CancellationToken cancellationToken)
    {
        var standing = ArchiveStanding.Of(there?.Metadata, live, crc32c);
        string? fault = there is null ? "there is an archive, but no metadata" : null;
        if (fault is null)
        {
            standing.Require(DestinationUri);
            fault = await new ArchiveProof(there!.Metadata, id, $"{destination.Store.RootUri}/{_to.Tar}").FindFaultAsync(
                standing, destination.Store, destination.Options.ScratchDirectory, cancellationToken).ConfigureAwait(false);
        }

        if (fault is not null)
        {
            throw new SeriesDamagedException(DestinationUri, fault);
        }
    }
}
