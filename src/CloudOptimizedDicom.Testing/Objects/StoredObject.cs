namespace CloudOptimizedDicom.Testing.Objects;

internal sealed record StoredObject(GcsObject Info, Blob Content);
