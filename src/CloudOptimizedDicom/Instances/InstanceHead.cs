using CloudOptimizedDicom.Part10;

namespace CloudOptimizedDicom;

/// <summary>What reading the first bytes of an instance tells.</summary>
/// <param name="Uids">Where it belongs.</param>
/// <param name="SizeBytes">Bytes of the whole instance.</param>
/// <param name="Crc32c">CRC-32C of the whole instance, where the source knows it; a file on this machine does not.</param>
/// <param name="HasPart10Prefix">Whether "DICM" stands at byte 128.</param>
/// <param name="Requests">How often the source was asked.</param>
/// <param name="BytesRead">Bytes that were asked of it.</param>
internal sealed record InstanceHead(InstanceUids Uids, long SizeBytes, uint? Crc32c, bool HasPart10Prefix, int Requests, long BytesRead)
{
    /// <summary>What is fetched of a remote instance at first; headers are seldom longer.</summary>
    private const int FirstBytes = 64 * 1024;

    private const int Growth = 8;
    private const int PrefixEnd = 132;

    /// <summary>Reads an instance up to its pixels; of a remote one no more than it takes.</summary>
    /// <exception cref="SourceReadException">The source cannot be read.</exception>
    /// <exception cref="InvalidDicomException">The bytes are not readable as DICOM, or one of the UIDs is missing.</exception>
    /// <param name="source">The instance.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <param name="look">Gets what was read before it is gone; null for nobody.</param>
    public static async Task<InstanceHead> ReadAsync(IInstanceSource source, CancellationToken cancellationToken, Action<DicomDataset>? look = null)
    {
        long bytesRead = 0;
        long wanted = FirstBytes;
        for (int requests = 1; ; requests++, wanted *= Growth)
        {
            SourceContent content = await source.OpenHeadAsync(wanted, cancellationToken).ConfigureAwait(false);
            await using (content.ConfigureAwait(false))
            {
                bytesRead += Math.Min(wanted, content.SizeBytes);
                bool isWhole = !source.IsRemote || content.SizeBytes <= wanted;

                // To the very end where UIDs are not before the pixels, since elements may be out of order; at once where all of it is here.
                bool readsAll = isWhole && (source.IsRemote || requests > 1);
                byte[] first = new byte[PrefixEnd];
                int count = await content.ReadAtLeastAsync(first, first.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
                bool hasPrefix = first.AsSpan(0, count).EndsWith("DICM"u8) && count == PrefixEnd;
                var whole = new PrefixedStream(first.AsMemory(0, count), content);
                try
                {
                    using DicomDataset dataset = await Part10Reader.ReadAsync(whole, null, readsAll ? null : DicomTag.FloatPixelData, cancellationToken).ConfigureAwait(false);
                    if (readsAll || (InstanceUids.AreIn(dataset) && (isWhole || InstanceUids.AreWhole(dataset))))
                    {
                        look?.Invoke(dataset);
                        return new InstanceHead(InstanceUids.From(dataset), content.SizeBytes, content.Crc32c, hasPrefix, requests, bytesRead);
                    }
                }
                catch (InvalidDicomException) when (!isWhole && hasPrefix)
                {
                    // The head may end where it looks like damage. What lacks the prefix is not looked at further: it may be anything.
                }
            }
        }
    }
}
