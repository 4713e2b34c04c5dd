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
}
