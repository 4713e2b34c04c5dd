using System.IO.Compression;
using CloudOptimizedDicom.Part10;
using CloudOptimizedDicom.Tests.Part10;

namespace CloudOptimizedDicom.Tests.Series;

/// <summary>Instances of one series whose frames are known.</summary>
internal static class FrameFile
{
    public static readonly TransferSyntax Jpeg = TransferSyntax.FromUid("1.2.840.10008.1.2.4.50");

    public static SeriesId Series { get; } = new("1.2.826.0.1.3680043.8.498.9001", "1.2.826.0.1.3680043.8.498.9001.1");

    public static string Uid(int instance) => $"{Series.SeriesUid}.{instance}";

    /// <summary>What a frame holds; a JPEG one only begins as such.</summary>
    public static byte[] Frame(int instance, int number, int length, bool isJpeg = false)
    {
        var bytes = new byte[length];
        new Random((instance * 10_007) + number).NextBytes(bytes);
        if (isJpeg)
        {
            bytes.AsSpan().Replace<byte>(0xFF, 0xFE);
            new byte[] { 0xFF, 0xD8, 0xFF, 0xE0 }.CopyTo(bytes, 0);
        }

        return bytes;
    }

    public static byte[][] Frames(int instance, int count, int length, bool isJpeg = false) =>
        [.. Enumerable.Range(1, count).Select(number => Frame(instance, number, length, isJpeg))];

    /// <summary>Uncompressed frames of 8 bits and one row, with something behind them when wanted.</summary>
    public static byte[] Native(int instance, int count, ushort length, int trailing = 0, TransferSyntax? syntax = null)
    {
        DicomFileBuilder file = Image(instance, $"{count}", 1, length, 8, syntax)
            .Element(DicomTag.PixelData, DicomVr.OB, [.. Frames(instance, count, length).SelectMany(frame => frame)]);
        return (trailing == 0 ? file : file.Element(DicomTag.DataSetTrailingPadding, DicomVr.OB, new byte[trailing])).ToArray();
    }

    /// <summary>Frames in fragments of half their length, with no table.</summary>
    public static byte[] Encapsulated(int instance, int count, int length, bool isFragmented = true) => Image(instance, $"{count}", 512, 512, 8, Jpeg)
        .Pixels([], [.. Frames(instance, count, length, isJpeg: true).SelectMany(frame => isFragmented
            ? new[] { frame[..(length / 2)], frame[(length / 2)..] }
            : [frame])])
        .ToArray();

    public static DicomFileBuilder Image(int instance, string frames, ushort rows, ushort columns, ushort bits, TransferSyntax? syntax = null) =>
        DicomFileBuilder.Create(syntax)
            .Element(DicomTag.SOPInstanceUID, DicomVr.UI, Uid(instance))
            .Element(DicomTag.StudyInstanceUID, DicomVr.UI, Series.StudyUid)
            .Element(DicomTag.SeriesInstanceUID, DicomVr.UI, Series.SeriesUid)
            .Element(DicomTag.SamplesPerPixel, 1)
            .Element(DicomTag.PhotometricInterpretation, DicomVr.CS, "MONOCHROME2")
            .Element(DicomTag.NumberOfFrames, DicomVr.IS, frames)
            .Element(DicomTag.Rows, rows)
            .Element(DicomTag.Columns, columns)
            .Element(DicomTag.BitsAllocated, bits)
            .Element(DicomTag.BitsStored, bits)
            .Element(DicomTag.HighBit, (ushort)(bits - 1))
            .Element(DicomTag.PixelRepresentation, 0);

    /// <summary>Compresses everything behind the file meta information.</summary>
    public static byte[] Deflate(byte[] file)
    {
        int start = DicomFileBuilder.Create(TransferSyntax.DeflatedExplicitVrLittleEndian).Position;
        var deflated = new MemoryStream();
        deflated.Write(file.AsSpan(0, start));
        using (var deflating = new DeflateStream(deflated, CompressionLevel.Optimal, leaveOpen: true))
        {
            deflating.Write(file.AsSpan(start));
        }

        return deflated.ToArray();
    }
}
