using CloudOptimizedDicom.Diagnostics;
using CloudOptimizedDicom.Storage;

namespace CloudOptimizedDicom;

public sealed partial class CodObject
{
    private ObjectInfo? _droppedThumbnail;

    /// <summary>
    /// Finds the thumbnail that the stored metadata names and the new one does not. Asked before anything is written, so that
    /// what another writer puts there later is never deleted.
    /// </summary>
    private async Task FindDroppedThumbnailAsync(SeriesCommit commit, CancellationToken cancellationToken)
    {
        if (!commit.HasTouchedStore)
        {
            _droppedThumbnail = _stored is not null && _names.FindThumbnail(_stored.Metadata) is { } name && name != _names.FindThumbnail(_current)
                ? await _store.GetInfoAsync(name, cancellationToken).ConfigureAwait(false)
                : null;
        }
    }

    /// <summary>Deletes it once nothing names it any more. The commit is done by now, so a failure is only logged.</summary>
    private async Task DeleteDroppedThumbnailAsync(CancellationToken cancellationToken)
    {
        if (_droppedThumbnail is not { } dropped)
        {
            return;
        }

        _droppedThumbnail = null;
        try
        {
            await _store.DeleteAsync(dropped.Name, ObjectPrecondition.GenerationIs(dropped.Generation), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (error is ObjectStoreException or OperationCanceledException)
        {
            _datastore.Logger.ObjectNotDeleted(error, $"{_store.RootUri}/{dropped.Name}");
        }
    }
}
