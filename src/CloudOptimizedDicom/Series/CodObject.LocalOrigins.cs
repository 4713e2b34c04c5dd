using CloudOptimizedDicom.Diagnostics;

namespace CloudOptimizedDicom;

public sealed partial class CodObject
{
    private readonly List<LocalOrigin> _origins = [];

    /// <summary>
    /// Deletes the files whose bytes are in the store now. What became of them since they were read, a removal among that,
    /// shows in the metadata that was committed last.
    /// </summary>
    private void DeleteLocalOrigins()
    {
        foreach (LocalOrigin origin in _origins)
        {
            bool isStored = _stored is { } stored && stored.Metadata.TryGetInstance(origin.StoredUid!, out InstanceRecord? record)
                && record.SizeBytes == origin.SizeBytes && record.Crc32c == origin.Crc32c;
            if ((isStored ? origin.TryDelete() : "its bytes are not in the store") is { } reason)
            {
                _datastore.Logger.OriginKept(origin.Path, reason);
            }
        }

        _origins.Clear();
    }
}
