namespace CloudOptimizedDicom.Compression;

/// <summary>Compressed bytes are damaged, cut short, followed by something else, or inflate to more than is allowed.</summary>
public sealed class CompressedDataException : CodException
{
    internal CompressedDataException(string format, string reason, Exception? innerException = null)
        : base($"Not readable as {format}: {reason}.", innerException)
    {
        Format = format;
        Reason = reason;
    }

    private CompressedDataException(string format, long maxBytes)
        : this(format, $"it inflates to more than the {maxBytes} bytes that are allowed") => MaxBytes = maxBytes;

    /// <summary>The format that was expected: <c>zstd</c> or <c>gzip</c>.</summary>
    public string Format { get; }

    /// <summary>What is wrong, without the format.</summary>
    public string Reason { get; }

    /// <summary>The limit in bytes that the inflated data went past; otherwise <see langword="null"/>.</summary>
    public long? MaxBytes { get; }

    internal static CompressedDataException TooLarge(string format, long maxBytes) => new(format, maxBytes);
}
