namespace CloudOptimizedDicom.Storage;

/// <summary>Bytes arrived that are not those that were sent or stored.</summary>
public sealed class ChecksumMismatchException : ObjectStoreException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="operation">What was asked.</param>
    /// <param name="uri">The object.</param>
    /// <param name="expected">The CRC-32C that was to be expected.</param>
    /// <param name="actual">The CRC-32C of what arrived; <see langword="null"/> when only the store computed it.</param>
    public ChecksumMismatchException(string operation, string uri, uint expected, uint? actual)
        : base(operation, uri, $"CRC-32C {(actual is { } value ? CloudOptimizedDicom.Crc32c.ToBase64(value) : "of other bytes")} instead of {CloudOptimizedDicom.Crc32c.ToBase64(expected)}")
    {
        Expected = expected;
        Actual = actual;
    }

    /// <summary>The CRC-32C that was to be expected.</summary>
    public uint Expected { get; }

    /// <summary>The CRC-32C of what arrived; <see langword="null"/> when only the store computed it.</summary>
    public uint? Actual { get; }

    /// <inheritdoc/>
    public override bool IsTransient => true;
}
