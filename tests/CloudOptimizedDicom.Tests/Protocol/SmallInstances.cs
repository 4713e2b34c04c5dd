using System.Globalization;
using CloudOptimizedDicom.Part10;
using CloudOptimizedDicom.Tests.Part10;

namespace CloudOptimizedDicom.Tests.Protocol;

/// <summary>Files of about a kilobyte, of one series: each UID comes in versions of the same size, so that a mix-up shows.</summary>
internal sealed class SmallInstances : IDisposable
{
    public const int Uids = 4;
    public const int Versions = 3;

    private const int FillerBytes = 400;

    private readonly Dictionary<(string Uid, uint Crc32c), byte[]> _offered = [];

    public SmallInstances(SeriesId id)
    {
        Id = id;
        foreach (int number in Enumerable.Range(0, Uids))
        {
            foreach (int version in Enumerable.Range(0, Versions))
            {
                byte[] bytes = Build(number, version);
                _offered.Add((Uid(number), Crc32c.Compute(bytes)), bytes);
                File.WriteAllBytes(Path(number, version), bytes);
            }
        }
    }

    public SeriesId Id { get; }

    /// <summary>Room for scratch files, in memory where the machine has such a place.</summary>
    public string Directory { get; } = System.IO.Directory.Exists("/dev/shm")
        ? System.IO.Directory.CreateDirectory($"/dev/shm/cod-{Guid.NewGuid():N}").FullName
        : System.IO.Directory.CreateTempSubdirectory("cod-").FullName;

    public string Path(int number, int version) =>
        System.IO.Path.Combine(Directory, string.Create(CultureInfo.InvariantCulture, $"{number}-{version}.dcm"));

    public Instance Instance(int number, int version) => new(Path(number, version));

    /// <summary>Whether the bytes of that checksum belong to that UID.</summary>
    public bool IsOffered(string uid, uint crc32c) => _offered.ContainsKey((uid, crc32c));

    /// <summary>Whether an archive holds an instance, wherever.</summary>
    public bool IsIn(ReadOnlySpan<byte> archive, InstanceRecord record) => archive.IndexOf(_offered[(record.Uid, record.Crc32c)]) >= 0;

    public void Dispose() => System.IO.Directory.Delete(Directory, recursive: true);

    private string Uid(int number) => $"{Id.SeriesUid}.{number + 1}";

    private byte[] Build(int number, int version) => DicomFileBuilder.Create()
        .Element(DicomTag.SOPInstanceUID, DicomVr.UI, Uid(number))
        .Element(DicomTag.StudyInstanceUID, DicomVr.UI, Id.StudyUid)
        .Element(DicomTag.SeriesInstanceUID, DicomVr.UI, Id.SeriesUid)
        .Element(DicomTag.PixelData, DicomVr.OB, Enumerable.Repeat((byte)((number * Versions) + version + 1), FillerBytes).ToArray())
        .ToArray();
}
