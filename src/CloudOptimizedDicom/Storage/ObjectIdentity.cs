namespace CloudOptimizedDicom.Storage;

/// <summary>
/// How the metadata remembers an object. Size and checksum are its identity; the generation only helps to ask for it, since
/// a copied store has new ones.
/// </summary>
/// <param name="Generation">The generation when it was written.</param>
/// <param name="SizeBytes">Its bytes.</param>
/// <param name="Crc32c">Their CRC-32C.</param>
public sealed record ObjectIdentity(long Generation, long SizeBytes, uint Crc32c)
{
    /// <summary>Whether an object has the same bytes, whatever its generation.</summary>
    /// <param name="info">The object.</param>
    /// <returns><see langword="true"/> when size and checksum are equal.</returns>
    public bool Matches(ObjectInfo info)
    {
        ArgumentNullException.ThrowIfNull(info);
        return info.SizeBytes == SizeBytes && info.Crc32c == Crc32c;
    }
}
