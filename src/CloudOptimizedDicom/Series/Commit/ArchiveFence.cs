namespace CloudOptimizedDicom;

/// <summary>The archive that an upload may replace.</summary>
/// <param name="Generation">Its generation; 0 for none.</param>
/// <param name="IsOfMetadata">
/// Whether it is the very generation that the metadata describes, so that no other writer can have left it there without
/// committing. Equal bytes do not show that: another writer may have made them again.
/// </param>
internal readonly record struct ArchiveFence(long Generation, bool IsOfMetadata);
