using System.Text.Json;
using CloudOptimizedDicom.Diagnostics;
using CloudOptimizedDicom.Metadata;
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
            _droppedThumbnail = ThumbnailOf(_stored?.Metadata) is { } name && name != ThumbnailOf(_current)
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
            _datastore.Logger.ThumbnailNotDeleted(error, $"{_store.RootUri}/{dropped.Name}");
        }
    }

    /// <summary>The thumbnail object of a series, by the last part of the URI in its field, since a store may have been copied.</summary>
    private string? ThumbnailOf(SeriesMetadata? metadata)
    {
        if (metadata is null || !metadata.Fields.TryGet(SeriesFields.Thumbnail, out ReadOnlyMemory<byte> utf8Json))
        {
            return null;
        }

        using var field = JsonDocument.Parse(utf8Json, SeriesFields.DocumentOptions);
        string uri = field.RootElement.ValueKind == JsonValueKind.Object
            && field.RootElement.TryGetProperty("uri"u8, out JsonElement value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()! : "";
        return _names.Thumbnails.FirstOrDefault(name => uri.EndsWith(name[name.LastIndexOf('/')..], StringComparison.Ordinal));
    }
}
