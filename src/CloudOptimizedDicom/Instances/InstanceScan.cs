using CloudOptimizedDicom.Part10;
using CloudOptimizedDicom.Storage.Local;

namespace CloudOptimizedDicom;

/// <summary>
/// What one pass over a DICOM file tells: its identity, its checksum, its tags and its frames. Immutable and thread-safe.
/// </summary>
public sealed class InstanceScan
{
    private const int TarBlockBytes = 512;

    internal InstanceScan(DicomDataset dataset, long sizeBytes, uint crc32c, ReadOnlyMemory<byte> dicomJson, string bulkDataUri)
    {
        InstanceUid = dataset.GetUid(DicomTag.SOPInstanceUID);
        SeriesUid = dataset.GetUid(DicomTag.SeriesInstanceUID);
        StudyUid = dataset.GetUid(DicomTag.StudyInstanceUID);
        HasPixelData = dataset.Find(DicomTag.PixelData) >= 0;
        HasPart10Prefix = dataset.HasPart10Prefix;
        IsTruncated = dataset.IsTruncated;
        Warnings = FrameIndexBuilder.FindShortage(dataset) is { } shortage ? [.. dataset.Warnings, shortage] : [.. dataset.Warnings];
        TransferSyntax = dataset.TransferSyntax;
        Frames = FrameIndexBuilder.Build(dataset);
        SizeBytes = sizeBytes;
        Crc32c = crc32c;
        DicomJson = dicomJson;
        BulkDataUri = bulkDataUri;
    }

    /// <summary>SOP Instance UID; <see langword="null"/> when the file has none.</summary>
    public string? InstanceUid { get; }

    /// <summary>Series Instance UID; <see langword="null"/> when the file has none.</summary>
    public string? SeriesUid { get; }

    /// <summary>Study Instance UID; <see langword="null"/> when the file has none.</summary>
    public string? StudyUid { get; }

    /// <summary>Whether the top level has Pixel Data (7FE0,0010).</summary>
    public bool HasPixelData { get; }

    /// <summary>Whether "DICM" stands at byte 128 (PS3.10 section 7.1); a store takes no file without it.</summary>
    public bool HasPart10Prefix { get; }

    /// <summary>Whether the file ends inside an element.</summary>
    public bool IsTruncated { get; }

    /// <summary>What the file has that DICOM does not allow, in the order of the file; the first hundred.</summary>
    public IReadOnlyList<DicomWarning> Warnings { get; }

    /// <summary>The transfer syntax of the file meta information, or the one that the bytes look like where it is missing.</summary>
    public TransferSyntax TransferSyntax { get; }

    /// <summary>Where the frames are; <see langword="null"/> for a single frame and where they cannot be told apart.</summary>
    public FrameIndex? Frames { get; }

    /// <summary>Bytes of the file.</summary>
    public long SizeBytes { get; }

    /// <summary>Where the file would lie in the archive of a new series of which it were the first: behind one tar header.</summary>
    public ByteRange ArchiveRange => new(TarBlockBytes, SizeBytes);

    /// <summary>CRC-32C of the whole file.</summary>
    public uint Crc32c { get; }

    /// <summary>All tags in the DICOM JSON model (PS3.18 annex F), as UTF-8.</summary>
    public ReadOnlyMemory<byte> DicomJson { get; }

    /// <summary>How <see cref="DicomJson"/> names the instance wherever a value is too long to be in it.</summary>
    public string BulkDataUri { get; }

    /// <summary>Reads a local file once, whatever its size, in bounded memory.</summary>
    /// <param name="path">The file.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <returns>What the file holds.</returns>
    /// <exception cref="InvalidDicomException">The file is not readable as DICOM.</exception>
    /// <exception cref="SourceChangedException">The file changed while it was read.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public static async Task<InstanceScan> FromFileAsync(string path, CancellationToken cancellationToken = default)
    {
        using OpenedFile file = await OpenedFile.OpenAsync(path, cancellationToken).ConfigureAwait(false);
        FileStream stream = file.OpenRead();
        await using (stream.ConfigureAwait(false))
        {
            InstanceScan scan = await InstanceScanner.ScanAsync(stream, copyTo: null, NameWithoutStore, cancellationToken).ConfigureAwait(false);
            return file.FindChange() is { } change
                ? throw new SourceChangedException(path, file.Stamp.SizeBytes, scan.SizeBytes, change)
                : scan;
        }
    }

    /// <summary>Reads a stream from where it stands to its end, once and in bounded memory.</summary>
    /// <param name="stream">The stream; it stays open.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <returns>What the stream holds.</returns>
    /// <exception cref="InvalidDicomException">The bytes are not readable as DICOM.</exception>
    public static Task<InstanceScan> FromStreamAsync(Stream stream, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return InstanceScanner.ScanAsync(stream, copyTo: null, NameWithoutStore, cancellationToken);
    }

    /// <summary>Without a store the archive is named by its series alone.</summary>
    private static string NameWithoutStore(DicomDataset dataset) =>
        $"{dataset.GetUid(DicomTag.SeriesInstanceUID)}.tar://instances/{dataset.GetUid(DicomTag.SOPInstanceUID)}.dcm";
}
