namespace CloudOptimizedDicom.Storage;

/// <summary>Which bytes to read.</summary>
public sealed record ObjectReadOptions
{
    /// <summary>The bytes wanted; it may end behind the end of the object.</summary>
    /// <value>The default is <see langword="null"/>: all of them.</value>
    public ByteRange? Range { get; init; }

    /// <summary>The generation that must be live.</summary>
    /// <value>The default is <see langword="null"/>: whatever is.</value>
    public long? IfGenerationMatch { get; init; }

    /// <summary>A generation that is known already and not wanted again.</summary>
    /// <value>The default is <see langword="null"/>. When it is live, the answer has <see cref="ObjectContent.IsNotModified"/>.</value>
    public long? IfGenerationNotMatch { get; init; }

    /// <summary>Whether a whole object is compared with the checksum that the store has of it.</summary>
    /// <value>
    /// The default is <see langword="true"/>: other bytes end the reading with <see cref="ChecksumMismatchException"/>. Without
    /// it damaged bytes can be looked at; <see cref="ObjectInfo.Crc32c"/> tells what they should be.
    /// </value>
    public bool VerifyChecksum { get; init; } = true;
}
