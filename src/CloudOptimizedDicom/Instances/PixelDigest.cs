using System.Buffers;
using System.Security.Cryptography;
using CloudOptimizedDicom.Part10;

namespace CloudOptimizedDicom;

/// <summary>What tells the Pixel Data (7FE0,0010) of one instance from that of another.</summary>
/// <param name="LengthBytes">Bytes of the value; of encapsulated pixels, all items with their headers.</param>
/// <param name="Sha256">SHA-256 of them, in hexadecimal.</param>
internal sealed record PixelDigest(long LengthBytes, string Sha256)
{
    private const int CopyBytes = 128 * 1024;

    /// <summary>Reads an instance to its end; null when it has no Pixel Data in the file as such, or is not the one that is meant.</summary>
    /// <param name="content">Its bytes.</param>
    /// <param name="sizeBytes">How many they are to be.</param>
    /// <param name="crc32c">Their checksum.</param>
    /// <param name="scratchDirectory">Where a large one is kept meanwhile; null for the system's directory for temporary files.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    public static async Task<PixelDigest?> ReadAsync(
        Stream content, long sizeBytes, uint crc32c, string? scratchDirectory, CancellationToken cancellationToken)
    {
        Stream copy = sizeBytes <= InstanceScanner.MaxBufferedBytes ? new MemoryStream((int)sizeBytes) : TemporaryFile.Create(scratchDirectory);
        await using (copy.ConfigureAwait(false))
        {
            var passing = new PassingStream(content, copy);
            using DicomDataset? dataset = await TryReadAsync(passing, cancellationToken).ConfigureAwait(false);
            await passing.DrainAsync(cancellationToken).ConfigureAwait(false);
            int index = dataset?.Find(DicomTag.PixelData) ?? -1;
            return index < 0 || dataset!.Damage is not null || dataset.TransferSyntax.IsDeflated || passing.BytesPassed != sizeBytes || passing.Crc32c != crc32c
                ? null
                : await HashAsync(copy, new ByteRange(dataset[index].ValueOffset, dataset[index].Length), cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>What Python stored may not be readable here.</summary>
    private static async Task<DicomDataset?> TryReadAsync(PassingStream content, CancellationToken cancellationToken)
    {
        try
        {
            return await Part10Reader.ReadAsync(content, null, null, cancellationToken).ConfigureAwait(false);
        }
        catch (InvalidDicomException)
        {
            return null;
        }
    }

    private static async Task<PixelDigest> HashAsync(Stream copy, ByteRange value, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(CopyBytes);
        try
        {
            copy.Position = value.Offset;
            for (long left = value.Length; left > 0;)
            {
                int read = await copy.ReadAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, left)), cancellationToken).ConfigureAwait(false);
                if (read == 0)
                {
                    break;
                }

                hash.AppendData(buffer, 0, read);
                left -= read;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        return new PixelDigest(value.Length, Convert.ToHexStringLower(hash.GetHashAndReset()));
    }
}
