namespace CloudOptimizedDicom;

/// <summary>What proves that the bytes of a deleted dependency are stored.</summary>
public enum DependencyProof
{
    /// <summary>Nothing: it is one of several dependencies of an instance, and has other bytes than each that names it.</summary>
    None,

    /// <summary>Its bytes were read, and have the size and CRC-32C of an instance that names it. It was deleted as it was read.</summary>
    BytesRead,

    /// <summary>Its bucket gives the size and CRC-32C of an instance that names it, for the generation that was deleted.</summary>
    StoredChecksum,
}
