using CloudOptimizedDicom.Part10;
using CloudOptimizedDicom.Tests.Part10;

namespace CloudOptimizedDicom.Tests.Series;

/// <summary>Instances made for tests, as large as they need to be.</summary>
internal static class SyntheticInstance
{
    public static readonly SeriesId Id = new("1.2.3", "1.2.3.4");

    public static string Uid(int number) => $"{Id.SeriesUid}.{number}";

    /// <summary>The bytes of an instance; each number and version has pixels of its own.</summary>
    public static byte[] Create(int number, int pixelBytes, int version = 0, int privateBytes = 0)
    {
        byte[] pixels = new byte[pixelBytes + (pixelBytes % 2)];
        new Random((number * 1000) + version).NextBytes(pixels);
        DicomFileBuilder file = DicomFileBuilder.Create()
            .Element(DicomTag.SOPInstanceUID, DicomVr.UI, Uid(number))
            .Element(DicomTag.StudyInstanceUID, DicomVr.UI, Id.StudyUid)
            .Element(DicomTag.SeriesInstanceUID, DicomVr.UI, Id.SeriesUid)
            .Element(DicomTag.InstanceNumber, DicomVr.IS, $"{number}");
        if (privateBytes > 0)
        {
            file = file.Element(new DicomTag(0x00291010), DicomVr.OB, new byte[privateBytes]);
        }

        return file.Element(DicomTag.PixelData, DicomVr.OW, pixels).ToArray();
    }

    /// <summary>Writes it to a file and gives its path.</summary>
    public static string Write(string directory, int number, int pixelBytes, int version = 0)
    {
        string path = Path.Combine(directory, $"{number}-{version}.dcm");
        File.WriteAllBytes(path, Create(number, pixelBytes, version));
        return path;
    }
}
