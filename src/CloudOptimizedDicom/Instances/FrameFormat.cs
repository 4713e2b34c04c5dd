using CloudOptimizedDicom.Json;
using CloudOptimizedDicom.Part10;

namespace CloudOptimizedDicom;

/// <summary>What the tags of an instance say of its frames; what is missing or odd is null.</summary>
internal sealed record FrameFormat
{
    private FrameFormat(DicomJsonDataset tags, bool hasPixelData)
    {
        TransferSyntax = TransferSyntax.FromUid(tags.GetString(DicomTag.TransferSyntaxUID) ?? "");
        FrameCount = !hasPixelData && !Array.Exists(FrameIndexBuilder.PixelTags, tags.Contains) ? 0
            : tags.GetInts(DicomTag.NumberOfFrames) is [> 1 and <= int.MaxValue and var count] ? (int)count
            : 1;
        Rows = Number(DicomTag.Rows);
        Columns = Number(DicomTag.Columns);
        SamplesPerPixel = Number(DicomTag.SamplesPerPixel);
        BitsAllocated = Number(DicomTag.BitsAllocated);
        BitsStored = Number(DicomTag.BitsStored);
        HighBit = Number(DicomTag.HighBit);
        PixelRepresentation = Number(DicomTag.PixelRepresentation);
        PlanarConfiguration = Number(DicomTag.PlanarConfiguration);
        PhotometricInterpretation = tags.GetString(DicomTag.PhotometricInterpretation)?.Trim(' ', '\0');

        int? Number(DicomTag tag) => tags.GetInt(tag) is >= 0 and <= ushort.MaxValue and var number ? (int)number : null;
    }

    /// <summary>As in the metadata; of an unknown kind where it does not say.</summary>
    public TransferSyntax TransferSyntax { get; init; }

    /// <summary>0 without pixels, 1 where Number of Frames is absent or no number of frames.</summary>
    public int FrameCount { get; }

    public int? Rows { get; }

    public int? Columns { get; }

    public int? SamplesPerPixel { get; }

    public int? BitsAllocated { get; }

    public int? BitsStored { get; }

    public int? HighBit { get; }

    public int? PixelRepresentation { get; }

    public int? PlanarConfiguration { get; }

    public string? PhotometricInterpretation { get; }

    public static FrameFormat Of(InstanceRecord record) => new(record.Metadata, record.HasPixelData);
}
