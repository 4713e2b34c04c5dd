using CloudOptimizedDicom.Diagnostics;
using CloudOptimizedDicom.Locking;
using CloudOptimizedDicom.Metadata;
using CloudOptimizedDicom.Storage;

namespace CloudOptimizedDicom;

internal sealed partial class SeriesCopy
{
    private async Task CommitAsync(CopySource opened, StoredSeries? there, SeriesLockHandle handle)
    {
        SeriesMetadata metadata = ToMetadata(opened.Series.Metadata);
        var commit = new SeriesCommit(destination.Store, _to, handle, there, new SeriesMetadata(id, metadata.UsesHashedUids, metadata.Version));
        using var timeout = new CancellationTokenSource(destination.Options.CommitTimeout, destination.Options.TimeProvider);
        try
        {
            Dictionary<string, ObjectInfo> replaced = await FindReplacedAsync(there, timeout.Token).ConfigureAwait(false);
            ObjectInfo? live = replaced.GetValueOrDefault(_to.Tar);
            await RequireReplaceableAsync(opened.Archive?.SizeBytes, opened.Archive?.Crc32c, there, live, timeout.Token).ConfigureAwait(false);

            // In this order: what another writer puts there after this is no longer what was just seen.
            await handle.RequireHeldAsync(timeout.Token).ConfigureAwait(false);
            await UploadAsync(commit, opened, metadata, there, replaced, timeout.Token).ConfigureAwait(false);
            await DeleteLeftAsync(replaced, timeout.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException error) when (!commit.HasTouchedStore)
        {
            throw new ObjectRequestException(
                "copy", DestinationUri, $"the store did not answer within {destination.Options.CommitTimeout}; nothing was written", error);
        }
        catch (Exception error) when (commit.HasTouchedStore)
        {
            _leavesLock = true;
            if (error is not (OperationCanceledException or CodException or IOException))
            {
                throw;
            }

            CodSyncException failure = error as CodSyncException ?? commit.ToException(DestinationUri, error);
            throw new CopyInterruptedException(DestinationUri, failure.FailedObject, failure.Uploaded, failure.InnerException!);
        }
    }

    private async Task UploadAsync(
        SeriesCommit commit,
        CopySource opened,
        SeriesMetadata metadata,
        StoredSeries? there,
        Dictionary<string, ObjectInfo> replaced,
        CancellationToken cancellationToken)
    {
        long done = 0;
        if (opened.Archive is { } archive)
        {
            ObjectInfo? live = Take(_to.Tar);
            OnOtherGeneration onOther = options.Overwrite ? OnOtherGeneration.Replace : OnOtherGeneration.Fail;
            metadata.Tar = await commit.UploadArchiveAsync(archive, ArchiveStanding.Of(there?.Metadata, live, live?.Crc32c).Fence, onOther, cancellationToken).ConfigureAwait(false);
            progress?.Report(done += archive.SizeBytes);
        }

        if (opened.Index is { } index)
        {
            metadata.Index = await commit.UploadIndexAsync(index, Take(_to.Index)?.Generation ?? 0, cancellationToken).ConfigureAwait(false);
            progress?.Report(done += index.SizeBytes);
        }

        if (opened.Thumbnail is { } thumbnail)
        {
            string name = _to.FindThumbnail(metadata)!;
            await commit.UploadThumbnailAsync(name, thumbnail, Take(name)?.Generation ?? 0, cancellationToken).ConfigureAwait(false);
            progress?.Report(done += thumbnail.SizeBytes);
        }

        ObjectUpload upload = StoredSeries.ToUpload(StoredSeries.ToBytes(metadata, destination.Store, _to));
        await commit.UploadMetadataAsync(upload, cancellationToken).ConfigureAwait(false);
        progress?.Report(done + upload.SizeBytes);

        ObjectInfo? Take(string name) => replaced.Remove(name, out ObjectInfo? live) ? live : null;
    }

    /// <summary>The objects that the series has at the destination, asked before anything is written; of a new one only the archive counts.</summary>
    private async Task<Dictionary<string, ObjectInfo>> FindReplacedAsync(StoredSeries? there, CancellationToken cancellationToken)
    {
        var found = new Dictionary<string, ObjectInfo>();
        foreach (string name in there is null ? (IEnumerable<string>)[_to.Tar] : [_to.Index, .. _to.Thumbnails, _to.Tar])
        {
            if (await destination.Store.GetInfoAsync(name, cancellationToken).ConfigureAwait(false) is { } info)
            {
                found[name] = info;
            }
        }

        return found;
    }

    /// <summary>Deletes what the series had and has not any more. The commit is done by now, so a failure is only logged.</summary>
    private async Task DeleteLeftAsync(Dictionary<string, ObjectInfo> left, CancellationToken cancellationToken)
    {
        foreach (ObjectInfo info in left.Values)
        {
            try
            {
                await destination.Store.DeleteAsync(info.Name, ObjectPrecondition.GenerationIs(info.Generation), cancellationToken).ConfigureAwait(false);
            }
            catch (Exception error) when (error is ObjectStoreException or OperationCanceledException)
            {
                destination.Logger.ObjectNotDeleted(error, $"{destination.Store.RootUri}/{info.Name}");
            }
        }
    }
}
