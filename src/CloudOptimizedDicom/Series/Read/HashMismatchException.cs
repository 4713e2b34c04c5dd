namespace CloudOptimizedDicom;

/// <summary>The bytes of an instance are not those that were stored.</summary>
public sealed class HashMismatchException : TarValidationException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="archiveUri">The archive.</param>
    /// <param name="instanceUid">The instance.</param>
    /// <param name="expected">The CRC-32C in the metadata.</param>
    /// <param name="actual">The CRC-32C of the bytes.</param>
    public HashMismatchException(string archiveUri, string instanceUid, uint expected, uint actual)
        : base(archiveUri, instanceUid, $"Instance {instanceUid} in {archiveUri} has CRC-32C {Crc32c.ToBase64(actual)}, the metadata says {Crc32c.ToBase64(expected)}.")
    {
        Expected = expected;
        Actual = actual;
    }

    /// <summary>The CRC-32C in the metadata.</summary>
    public uint Expected { get; }

    /// <summary>The CRC-32C of the bytes.</summary>
    public uint Actual { get; }
}
