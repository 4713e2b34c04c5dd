namespace CloudOptimizedDicom;

/// <summary>
/// What a caller knows of an instance beforehand. Hints save reading; what is stored is verified against them, and a wrong
/// one fails that instance.
/// </summary>
public sealed record Hints
{
    /// <summary>Bytes of the file.</summary>
    /// <value>The default is <see langword="null"/>: not known.</value>
    public long? SizeBytes { get; init; }

    /// <summary>CRC-32C of the file.</summary>
    /// <value>The default is <see langword="null"/>: not known.</value>
    public uint? Crc32c { get; init; }

    /// <summary>SOP Instance UID in the file, never hashed.</summary>
    /// <value>The default is <see langword="null"/>: not known.</value>
    public string? InstanceUid { get; init; }

    /// <summary>Series Instance UID in the file, never hashed.</summary>
    /// <value>The default is <see langword="null"/>: not known.</value>
    public string? SeriesUid { get; init; }

    /// <summary>Study Instance UID in the file, never hashed.</summary>
    /// <value>The default is <see langword="null"/>: not known.</value>
    public string? StudyUid { get; init; }
}
