using System.Buffers.Binary;

namespace CloudOptimizedDicom.Cli.Tests;

[CancelAfter(300_000)]
public sealed class LargeInstanceTests
{
    private const long RequiredFreeBytes = 10L * 1024 * 1024 * 1024;
    private const long MaxResidentBytes = 300L * 1024 * 1024;
    private const uint ElementBytes = 1024 * 1024 * 1024;
    private const int Elements = 3;

    /// <summary>(7FE1,0010), which reserves the elements behind it.</summary>
    private static readonly byte[] PrivateCreator = [0xE1, 0x7F, 0x10, 0, (byte)'L', (byte)'O', 4, 0, .. "TEST"u8];

    private string _folder = "";
    private string _memoryFolder = "";

    [SetUp]
    public void CreateFolders()
    {
        _folder = Directory.CreateTempSubdirectory("cod-large-").FullName;

        // Holes read from a disk fill the page cache with zeros; in memory they cost nothing.
        _memoryFolder = Directory.Exists("/dev/shm") ? Path.Combine("/dev/shm", Path.GetFileName(_folder)) : _folder;
        Directory.CreateDirectory(_memoryFolder);
    }

    [TearDown]
    public void DeleteFolders()
    {
        Directory.Delete(_folder, recursive: true);
        if (Directory.Exists(_memoryFolder))
        {
            Directory.Delete(_memoryFolder, recursive: true);
        }
    }

    [Test]
    [Platform("Linux", Reason = "the kernel's count of resident memory is asked for")]
    public async Task IngestAndGet_InstanceOfThreeGibibytes_StaySmall(CancellationToken cancellationToken)
    {
        if (new DriveInfo(_folder).AvailableFreeSpace < RequiredFreeBytes)
        {
            Assert.Ignore($"There are no {RequiredFreeBytes} bytes free for {_folder}.");
        }

        string source = Path.Combine(_memoryFolder, "large.dcm");
        string store = Path.Combine(_folder, "store");
        await WriteSparseAsync(source, cancellationToken);
        (CodProcess ingested, long ingestBytes) = await CodProcess.MeasureAsync(["ingest", source, "--datastore", store], cancellationToken);
        Assert.That((ingested.ExitCode, ingested.Errors), Is.EqualTo((0, "")));
        string series = Path.Combine(store, "studies", SeriesFiles.StudyUid, "series", SeriesFiles.SeriesUid);
        (CodProcess got, long getBytes) = await CodProcess.MeasureAsync(
            ["get", series, SeriesFiles.UidOf(SeriesFiles.All[0]), "-o", "-"],
            cancellationToken,
            output => ChecksumAsync(output, cancellationToken));
        Assert.That((got.ExitCode, got.Errors), Is.EqualTo((0, "")));
        await using FileStream file = File.OpenRead(source);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(got.Output, Is.EqualTo(await ChecksumAsync(file, cancellationToken)));
            Assert.That(ingestBytes, Is.LessThan(MaxResidentBytes));
            Assert.That(getBytes, Is.LessThan(MaxResidentBytes));
        }
    }

    /// <summary>A valid file with private elements behind its pixels that are mostly holes.</summary>
    private static async Task WriteSparseAsync(string path, CancellationToken cancellationToken)
    {
        await using FileStream file = File.Create(path);
        await file.WriteAsync(await File.ReadAllBytesAsync(SeriesFiles.All[0], cancellationToken), cancellationToken);
        await file.WriteAsync(PrivateCreator, cancellationToken);
        for (byte element = 1; element <= Elements; element++)
        {
            byte[] header = [0xE1, 0x7F, element, 0x10, (byte)'O', (byte)'B', 0, 0, 0, 0, 0, 0];
            BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(8), ElementBytes);
            await file.WriteAsync(header, cancellationToken);
            file.SetLength(file.Position + ElementBytes);
            file.Position = file.Length;
        }
    }

    private static async Task<string> ChecksumAsync(Stream stream, CancellationToken cancellationToken)
    {
        var crc32c = default(Crc32c);
        long length = 0;
        byte[] buffer = new byte[1024 * 1024];
        for (int read; (read = await stream.ReadAsync(buffer, cancellationToken)) > 0; length += read)
        {
            crc32c.Append(buffer.AsSpan(0, read));
        }

        return $"{length} bytes, {Crc32c.ToBase64(crc32c.Value)}";
    }
}
