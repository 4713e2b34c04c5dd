using CloudOptimizedDicom.Part10;

namespace CloudOptimizedDicom;

/// <summary>What reading the first bytes of an instance tells.</summary>
/// <param name="Uids">Where it belongs.</param>
/// <param name="SizeBytes">Bytes of the whole instance.</param>
/// <param name="Crc32c">CRC-32C of the whole instance, where the source knows it; a file on this machine does not.</param>
internal sealed record InstanceHead(InstanceUids Uids, long SizeBytes, uint? Crc32c)
{
    /// <summary>What is fetched of a remote instance at first; headers are seldom longer.</summary>
    public const int FirstBytes = 64 * 1024;

    private const int Growth = 8;

    /// <summary>Reads an instance up to its pixels; of a remote one no more than it takes.</summary>
    /// <exception cref="SourceReadException">The source cannot be read.</exception>
    /// <exception cref="InvalidDicomException">The bytes are not readable as DICOM, or one of the UIDs is missing.</exception>
    public static async Task<InstanceHead> ReadAsync(IInstanceSource source, CancellationToken cancellationToken)
    {
        for (long wanted = FirstBytes; ; wanted *= Growth)
        {
            SourceContent content = await source.OpenHeadAsync(wanted, cancellationToken).ConfigureAwait(false);
            await using (content.ConfigureAwait(false))
            {
                bool isWhole = !source.IsRemote || content.SizeBytes <= wanted;
                try
                {
                    // To the very end where UIDs are not before the pixels: elements may be out of order.
                    DicomTag? stop = isWhole && wanted > FirstBytes ? null : DicomTag.FloatPixelData;
                    using DicomDataset dataset = await Part10Reader.ReadAsync(content, null, stop, cancellationToken).ConfigureAwait(false);
                    if (InstanceUids.AreIn(dataset) || (isWhole && stop is null))
                    {
                        return new InstanceHead(InstanceUids.From(dataset), content.SizeBytes, content.Crc32c);
                    }
                }
                catch (InvalidDicomException) when (!isWhole)
                {
                    // The head may end where it looks like damage.
                }
            }
        }
    }
}
