using System.Text;
using CloudOptimizedDicom.Locking;
using CloudOptimizedDicom.Storage;

namespace CloudOptimizedDicom;

public sealed partial class CodObject
{
    /// <summary>
    /// Writes an error.log beside the series, so that nobody opens it any more without
    /// <see cref="OpenSeriesOptions.OverrideErrors"/>. One that is there is replaced.
    /// </summary>
    /// <param name="text">What went wrong; whoever may read the series can read it.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <returns>When written.</returns>
    /// <exception cref="WriteOperationInReadModeException">The series is open for reading.</exception>
    /// <exception cref="InvalidOperationException">Another call is changing the series.</exception>
    /// <exception cref="LockLostException">Somebody else has removed the lock: the series may be in order by now.</exception>
    /// <exception cref="ObjectStoreException">The store did not answer.</exception>
    public async Task UploadErrorLogAsync(string text, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(text);
        using Change change = BeginChange("An error log", mayFollowFailedSync: true);
        await _lock!.RequireHeldAsync(cancellationToken).ConfigureAwait(false);
        ObjectUpload upload = ObjectUpload.FromMemory(Encoding.UTF8.GetBytes(text)) with { ContentType = "text/plain" };
        await _store.UploadAsync(_names.ErrorLog, upload, ObjectPrecondition.None, cancellationToken).ConfigureAwait(false);
    }
}
