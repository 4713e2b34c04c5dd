namespace CloudOptimizedDicom.Storage.GoogleCloud;

/// <summary>How far a resumable upload has come. Whoever knows its location may write into it, so nothing else may name it.</summary>
internal sealed class GcsUploadSession
{
    /// <summary>Where it is; null before the first start and when the service has forgotten it.</summary>
    public Uri? Location { get; private set; }

    /// <summary>What the service has for certain.</summary>
    public long PersistedBytes { get; private set; }

    /// <summary>Whether something was sent since that was not answered.</summary>
    public bool IsUnsure { get; set; }

    public void Begin(Uri location) => (Location, PersistedBytes, IsUnsure) = (location, 0, false);

    public void GoOn(long persistedBytes) => (PersistedBytes, IsUnsure) = (persistedBytes, false);

    public void Forget() => (Location, PersistedBytes, IsUnsure) = (null, 0, false);
}
