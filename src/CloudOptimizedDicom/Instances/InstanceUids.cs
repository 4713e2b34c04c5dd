using CloudOptimizedDicom.Part10;

namespace CloudOptimizedDicom;

/// <summary>The three UIDs that say where an instance belongs, as they are in its file.</summary>
internal sealed record InstanceUids(string InstanceUid, string SeriesUid, string StudyUid)
{
    /// <summary>What is fetched of a remote instance at first; headers are seldom longer.</summary>
    private const int FirstHeadBytes = 64 * 1024;

    private const int HeadGrowth = 8;

    /// <summary>Reads an instance up to its pixels; of a remote one no more than it takes.</summary>
    /// <exception cref="SourceReadException">The source cannot be read.</exception>
    /// <exception cref="InvalidDicomException">The bytes are not readable as DICOM, or one of the UIDs is missing.</exception>
    public static async Task<InstanceUids> ReadAsync(IInstanceSource source, CancellationToken cancellationToken)
    {
        for (long wanted = FirstHeadBytes; ; wanted *= HeadGrowth)
        {
            SourceContent content = await source.OpenHeadAsync(wanted, cancellationToken).ConfigureAwait(false);
            await using (content.ConfigureAwait(false))
            {
                bool isWhole = !source.IsRemote || content.SizeBytes <= wanted;
                try
                {
                    // To the very end where UIDs are not before the pixels: elements may be out of order.
                    DicomTag? stop = isWhole && wanted > FirstHeadBytes ? null : DicomTag.FloatPixelData;
                    using DicomDataset dataset = await Part10Reader.ReadAsync(content, null, stop, cancellationToken).ConfigureAwait(false);
                    if (AreIn(dataset) || (isWhole && stop is null))
                    {
                        return From(dataset);
                    }
                }
                catch (InvalidDicomException) when (!isWhole)
                {
                    // The head may end where it looks like damage.
                }
            }
        }
    }

    /// <summary>Whether all three are there.</summary>
    public static bool AreIn(DicomDataset dataset) =>
        dataset.Find(DicomTag.SOPInstanceUID) >= 0 && dataset.Find(DicomTag.SeriesInstanceUID) >= 0 && dataset.Find(DicomTag.StudyInstanceUID) >= 0;

    public static InstanceUids From(DicomDataset dataset) => new(
        Require(dataset, DicomTag.SOPInstanceUID), Require(dataset, DicomTag.SeriesInstanceUID), Require(dataset, DicomTag.StudyInstanceUID));

    public static InstanceUids From(InstanceScan scan) => new(
        Require(scan.InstanceUid, DicomTag.SOPInstanceUID), Require(scan.SeriesUid, DicomTag.SeriesInstanceUID), Require(scan.StudyUid, DicomTag.StudyInstanceUID));

    private static string Require(DicomDataset dataset, DicomTag tag) => Require(dataset.GetUid(tag), tag);

    private static string Require(string? uid, DicomTag tag) => uid
        ?? throw new InvalidDicomException(0, tag, $"there is no {DicomDictionary.GetKeyword(tag)}, so it is not known where the instance belongs");
}
