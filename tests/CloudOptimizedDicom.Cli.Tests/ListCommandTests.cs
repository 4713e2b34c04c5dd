using CloudOptimizedDicom.Testing;
using CloudOptimizedDicom.Testing.Objects;
using CloudOptimizedDicom.Testing.Requests;

namespace CloudOptimizedDicom.Cli.Tests;

[CancelAfter(120_000)]
public sealed class ListCommandTests
{
    private const int Studies = 100;
    private const int SeriesEach = 100;
    private const int PageItems = 1000;

    [Test]
    public async Task Ls_TenThousandSeries_IsOneListingPass(CancellationToken cancellationToken)
    {
        await using GcsEmulator emulator = await GcsEmulator.StartAsync(new GcsEmulatorOptions { Buckets = ["archive"] }, cancellationToken);
        for (int study = 0; study < Studies; study++)
        {
            for (int series = 0; series < SeriesEach; series++)
            {
                string folder = $"cod/studies/1.2.{study}/series/1.2.{study}.{series}";
                foreach (string name in new[] { $"{folder}.tar", $"{folder}/index.sqlite", $"{folder}/metadata.json" })
                {
                    await emulator.Core.InsertAsync("archive", name, new MemoryStream(new byte[7]), new GcsObjectAttributes(), new GcsConditions(), cancellationToken);
                }
            }
        }

        CodProcess ls = await CodProcess.RunAsync(cancellationToken, "ls", "gs://archive/cod", "--json", "--endpoint", $"{emulator.Endpoint}");
        RequestEntry[] requests = [.. emulator.Log.Entries];
        emulator.Log.Clear();
        CodProcess studies = await CodProcess.RunAsync(cancellationToken, "ls", "gs://archive/cod", "--studies", "--json", "--endpoint", $"{emulator.Endpoint}");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(ls.JsonLines, Has.Count.EqualTo(Studies * SeriesEach));
            Assert.That(ls.JsonLines[0].GetProperty("archive_bytes").GetInt64(), Is.EqualTo(7));
            Assert.That(ls.JsonLines[0].GetProperty("storage_class").GetString(), Is.EqualTo("STANDARD"));
            Assert.That(requests, Has.Length.EqualTo(3 * Studies * SeriesEach / PageItems).And.All.Property("Operation").EqualTo(GcsOperation.List));
            Assert.That(studies.JsonLines, Has.Count.EqualTo(Studies));
            Assert.That(emulator.Log.Entries.Count, Is.EqualTo(1));
        }
    }

    [Test]
    public async Task Get_Header_IsTheInstanceUpToItsPixels(CancellationToken cancellationToken)
    {
        string folder = Directory.CreateTempSubdirectory("cod-get-").FullName;
        try
        {
            string store = Path.Combine(folder, "store");
            string output = Path.Combine(folder, "header.dcm");
            await CodProcess.RunAsync(cancellationToken, "ingest", SeriesFiles.All[0], "-d", store);
            string series = $"{store}/studies/{SeriesFiles.StudyUid}/series/{SeriesFiles.SeriesUid}";
            CodProcess get = await CodProcess.RunAsync(cancellationToken, "get", series, SeriesFiles.UidOf(SeriesFiles.All[0]), "--header", "-o", output);
            byte[] file = await File.ReadAllBytesAsync(SeriesFiles.All[0], cancellationToken);
            byte[] header = await File.ReadAllBytesAsync(output, cancellationToken);
            Assert.That((get.ExitCode, get.Errors), Is.EqualTo((0, "")));
            Assert.That(file.AsSpan().StartsWith(header) && header.Length > 500);
            Assert.That(file.AsSpan(header.Length, 4).SequenceEqual(new byte[] { 0xE0, 0x7F, 0x10, 0x00 }), "Pixel Data is next");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
