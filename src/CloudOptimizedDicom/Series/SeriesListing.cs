namespace CloudOptimizedDicom;

/// <summary>One series, as a listing of its datastore shows it.</summary>
/// <param name="Id">The series.</param>
/// <param name="Uri">The series in its datastore.</param>
/// <param name="ArchiveBytes">Bytes of the archive; <see langword="null"/> when there is none.</param>
/// <param name="StorageClass">Storage class of the archive; <see langword="null"/> where there are none.</param>
/// <param name="TimeUpdated">When the metadata was written; <see langword="null"/> when there is none.</param>
/// <param name="IsLocked">Whether somebody holds the lock.</param>
/// <param name="HasErrorLog">Whether an error.log is there.</param>
public sealed record SeriesListing(
    SeriesId Id, string Uri, long? ArchiveBytes, string? StorageClass, DateTimeOffset? TimeUpdated, bool IsLocked, bool HasErrorLog);
