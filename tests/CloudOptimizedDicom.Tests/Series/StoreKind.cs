namespace CloudOptimizedDicom.Tests.Series;

public enum StoreKind
{
    Directory,
    Bucket,
}
