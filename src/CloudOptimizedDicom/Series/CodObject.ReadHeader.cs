using CloudOptimizedDicom.Part10;

namespace CloudOptimizedDicom;

public sealed partial class CodObject
{
    private const int FirstHeaderBytes = 128 * 1024;
    private const int MaxHeaderBytes = 256 * 1024 * 1024;

    /// <summary>
    /// Reads an instance up to its pixels: preamble, file meta information and every element before Pixel Data (7FE0,0010) or
    /// its floating point siblings, as a file of its own. The pixels are not fetched.
    /// </summary>
    /// <param name="instanceUid">The UID that it is stored under.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <returns>
    /// The bytes. An instance without pixels comes whole, and so does one in a Deflated transfer syntax, whose pixels cannot be
    /// left out. What does not come whole cannot be checked against the checksum; it is of the recorded archive.
    /// </returns>
    /// <exception cref="InvalidDicomException">It is not readable as DICOM, or has more than 256 MiB before its pixels.</exception>
    /// <inheritdoc cref="OpenInstanceAsync(string, CancellationToken)"/>
    public async Task<byte[]> ReadHeaderAsync(string instanceUid, CancellationToken cancellationToken = default)
    {
        Stream stream = await OpenInstanceAsync(instanceUid, cancellationToken).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            byte[] head = [];
            for (long wanted = FirstHeaderBytes; ; wanted *= 8)
            {
                int known = head.Length;
                Array.Resize(ref head, (int)Math.Min(Math.Min(wanted, MaxHeaderBytes), stream.Length));
                await stream.ReadExactlyAsync(head.AsMemory(known), cancellationToken).ConfigureAwait(false);
                if (await FindHeaderEndAsync(head, isWhole: head.Length == stream.Length, cancellationToken).ConfigureAwait(false) is { } end)
                {
                    return head.AsSpan(0, end).ToArray();
                }

                if (wanted > MaxHeaderBytes)
                {
                    throw new InvalidDicomException(head.Length, null, $"there are more than {MaxHeaderBytes} bytes before the pixels");
                }
            }
        }
    }

    /// <summary>Where the pixels begin; null when more bytes are needed to tell.</summary>
    private static async Task<int?> FindHeaderEndAsync(byte[] head, bool isWhole, CancellationToken cancellationToken)
    {
        try
        {
            using DicomDataset dataset = await Part10Reader.ReadAsync(head, null, DicomTag.FloatPixelData, cancellationToken).ConfigureAwait(false);
            if (dataset.Damage is { } damage)
            {
                throw new InvalidDicomException(damage.Offset, damage.Tag, damage.Reason);
            }

            bool ends = dataset.EndOffset < head.Length && !dataset.IsTruncated && !dataset.TransferSyntax.IsDeflated;
            return isWhole && !ends ? head.Length : ends ? (int)dataset.EndOffset : null;
        }
        catch (InvalidDicomException) when (!isWhole)
        {
            // The head may end where it looks like damage.
            return null;
        }
    }
}
