namespace CloudOptimizedDicom.Storage;

/// <summary>Bytes arrived that are not those that were sent or stored.</summary>
public sealed class ChecksumMismatchException : ObjectStoreException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="operation">What was asked.</param>
    /// <param name="uri">The object.</param>
    /// <param name="expected">The CRC-32C that was to be expected.</param>
    /// <param name="actual">The CRC-32C of what arrived; <see langword="null"/> when only the store computed it.</param>
    /// <param name="isDamage">Whether reading again gave the same bytes, so that they are stored like this.</param>
    public ChecksumMismatchException(string operation, string uri, uint expected, uint? actual, bool isDamage = false)
        : base(operation, uri, Describe(expected, actual, isDamage))
    {
        Expected = expected;
        Actual = actual;
        IsDamage = isDamage;
    }

    /// <summary>The CRC-32C that was to be expected.</summary>
    public uint Expected { get; }

    /// <summary>The CRC-32C of what arrived; <see langword="null"/> when only the store computed it.</summary>
    public uint? Actual { get; }

    /// <summary>Whether the stored object is damaged: another read gave the same bytes. Else they changed on their way.</summary>
    public bool IsDamage { get; }

    /// <summary>Whether the bytes changed on their way; stored damage stays until it is mended.</summary>
    public override bool IsTransient => !IsDamage;

    private static string Describe(uint expected, uint? actual, bool isDamage)
    {
        string found = $"CRC-32C {(actual is { } value ? CloudOptimizedDicom.Crc32c.ToBase64(value) : "of other bytes")} instead of {CloudOptimizedDicom.Crc32c.ToBase64(expected)}";
        return isDamage ? $"the stored bytes are damaged, with {found}; cod verify names the damage, cod repair mends it" : found;
    }
}
