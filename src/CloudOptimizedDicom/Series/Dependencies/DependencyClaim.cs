namespace CloudOptimizedDicom;

/// <summary>The instances that name a dependency, and what they require of it.</summary>
/// <param name="records">The instances, one or more.</param>
internal sealed class DependencyClaim(IEnumerable<InstanceRecord> records)
{
    private readonly InstanceRecord[] _records = [.. records];

    /// <summary>Why nothing may prove the dependency; null when it is the only one of each instance.</summary>
    public string? WhySeveral => Array.Find(_records, record => !IsOnly(record)) is { } shared
        ? $"instance {shared.Uid} names {shared.Dependencies.Distinct().Count()} dependencies, so none need have its bytes; "
            + $"{nameof(DeleteDependenciesOptions.AllowSeveralPerInstance)} deletes them all the same"
        : null;

    /// <summary>Whether reading as many bytes could tell anything.</summary>
    public bool HasInstanceOf(long sizeBytes) => Array.Exists(_records, record => record.SizeBytes == sizeBytes);

    /// <summary>How it differs from an instance that was made from it alone, which must have its bytes; null when from none.</summary>
    /// <param name="sizeBytes">Its bytes.</param>
    /// <param name="crc32c">Its checksum; null when it is not known.</param>
    public string? FindMismatch(long sizeBytes, uint? crc32c) =>
        Array.Find(_records, record => IsOnly(record) && !Has(record, sizeBytes, crc32c)) is not { } other ? null
            : $"it has {sizeBytes} bytes{(crc32c is { } known ? $" with CRC-32C {Crc32c.ToBase64(known)}" : "")}, "
                + $"instance {other.Uid} has {other.SizeBytes} with {Crc32c.ToBase64(other.Crc32c)}";

    /// <summary>That it was deleted, and on what ground.</summary>
    public DependencyOutcome ToDeleted(string uri, long sizeBytes, uint? crc32c, DependencyProof proof) =>
        Array.Exists(_records, record => Has(record, sizeBytes, crc32c))
            ? new DependencyOutcome(uri, DependencyFate.Deleted, sizeBytes, Reason: null, proof)
            : new DependencyOutcome(uri, DependencyFate.Deleted, sizeBytes, WhySeveral, DependencyProof.None);

    private static bool IsOnly(InstanceRecord record) => record.Dependencies.Distinct().Count() == 1;

    private static bool Has(InstanceRecord record, long sizeBytes, uint? crc32c) => record.SizeBytes == sizeBytes && record.Crc32c == crc32c;
}
