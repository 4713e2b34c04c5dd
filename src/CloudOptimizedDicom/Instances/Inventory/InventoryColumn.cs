namespace CloudOptimizedDicom;

/// <summary>What a column of an inventory says.</summary>
internal enum InventoryColumn
{
    Uri,
    Bucket,
    Name,
    Size,
    Crc32c,
    StudyUid,
    SeriesUid,
    InstanceUid,
}
