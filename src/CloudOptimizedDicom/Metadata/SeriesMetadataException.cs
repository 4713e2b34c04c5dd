namespace CloudOptimizedDicom.Metadata;

/// <summary>A stored <c>metadata.json</c> cannot be used.</summary>
/// <remarks>Where one instance is at fault, the inner exception is an <see cref="InstanceMetadataException"/> that names it.</remarks>
public sealed class SeriesMetadataException : CodException
{
    internal SeriesMetadataException(string uri, long? offset, string reason, Exception? innerException = null)
        : base($"{uri} cannot be used{(offset is { } at ? $" (at byte {at} of its JSON)" : "")}: {reason}", innerException)
    {
        Uri = uri;
        Offset = offset;
        Reason = reason;
    }

    /// <summary>The object.</summary>
    public string Uri { get; }

    /// <summary>
    /// Where it was noticed, in bytes from the beginning of the inflated JSON; <see langword="null"/> when it did not come to
    /// that.
    /// </summary>
    public long? Offset { get; }

    /// <summary>What is wrong, as a sentence.</summary>
    public string Reason { get; }
}
