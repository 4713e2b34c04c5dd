namespace CloudOptimizedDicom.Testing.Objects;

/// <summary>A bucket.</summary>
/// <param name="Name">Its name.</param>
/// <param name="TimeCreated">When it was made.</param>
public sealed record GcsBucket(string Name, DateTimeOffset TimeCreated)
{
    internal SortedDictionary<string, StoredObject> Objects { get; } = new(ObjectNameOrder.Instance);
}
