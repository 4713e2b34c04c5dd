using System.Text;
using CloudOptimizedDicom.Part10;
using CloudOptimizedDicom.Storage;
using CloudOptimizedDicom.Tests.Part10;
using Microsoft.Extensions.Logging;

namespace CloudOptimizedDicom.Tests.Diagnostics;

/// <summary>Secrets of addresses and data of patients are planted, and looked for in all that the library tells its caller.</summary>
public sealed class LeakTests : TelemetryFixture
{
    private const string Marker = "PLANTED";

    /// <summary>A UID whose length is damaged takes all elements behind it for its own.</summary>
    public static byte[] WriteFileWithDamagedLength(DicomTag damaged)
    {
        DicomFileBuilder neighbours = new DicomFileBuilder()
            .Element(new DicomTag(0x00100010), DicomVr.PN, Marker + "^NAME")
            .Element(new DicomTag(0x00100020), DicomVr.LO, Marker + "-ID")
            .Element(new DicomTag(0x00101040), DicomVr.LO, Marker + " STREET 1")
            .Element(new DicomTag(0x00104000), DicomVr.ST, Marker + " COMMENTS");
        DicomFileBuilder file = DicomFileBuilder.Create();
        foreach (DicomTag tag in (DicomTag[])[DicomTag.SOPInstanceUID, DicomTag.StudyInstanceUID, DicomTag.SeriesInstanceUID])
        {
            string uid = tag == DicomTag.SOPInstanceUID ? "1.2.3.44\0\0" : tag == DicomTag.StudyInstanceUID ? Study : SeriesUid;
            byte[] text = Encoding.ASCII.GetBytes(uid.Length % 2 == 0 ? uid : uid + '\0');
            file.Element(tag, DicomVr.UI, tag == damaged ? [.. text, .. neighbours.ToArray()] : text);
        }

        return file.Element(DicomTag.InstanceNumber, DicomVr.IS, "1").ToArray();
    }

    [Test]
    public async Task Everything_OfAStoreWithPlantedSecretsAndPatients_TellsNoneOfThem()
    {
        var told = new StringBuilder();
        await using CodDatastore store = await OpenListenedAsync(new CodDatastoreOptions { LoggerFactory = new Recorder(told) });
        List<Instance> instances =
        [
            new(await ServeAsync("1.dcm")),
            new(await ServeAsync("2.dcm")) { Dependencies = [WithSecrets("raw.dat")], Hints = new Hints { StudyUid = Study, SeriesUid = SeriesUid } },
            new(await ServeAsync("1.dcm", at: "other.dcm", change: true)),
            new(WithSecrets("none.dcm")),
            new("htp://planted-user:PLANTED@host/a.dcm?sig=PLANTED"),
            new("https:/planted-user:PLANTED@host/a.dcm?sig=PLANTED"),
            new("http://PLANTED:PLANTED@host:port/a.dcm?sig=PLANTED"),
        ];
        List<string> files = [];
        try
        {
            foreach (DicomTag tag in (DicomTag[])[DicomTag.SOPInstanceUID, DicomTag.StudyInstanceUID, DicomTag.SeriesInstanceUID])
            {
                files.Add(Path.GetTempFileName());
                await System.IO.File.WriteAllBytesAsync(files[^1], WriteFileWithDamagedLength(tag));
                instances.Add(new Instance(files[^1]));
                instances.Add(new Instance(files[^1]) { Hints = new Hints { InstanceUid = "1.2", StudyUid = Study, SeriesUid = SeriesUid } });
            }

            AppendResult result = await store.AppendToSeriesAsync(Study, SeriesUid, instances);
            Assert.That((result.New.Count, result.Conflict.Count, result.Errors.Count), Is.EqualTo((2, 1, 10)));
            result.Errors.ToList().ForEach(error => told.AppendLine($"{error.Instance} {error.Error}"));
            instances.ForEach(instance => told.AppendLine($"{instance} {instance.OriginalPath} {instance.DicomUri} {string.Join(' ', instance.Dependencies)}"));
            foreach (Instance instance in instances)
            {
                told.AppendLine($"{await FailureAsync(() => store.IdentifyAsync(instance))}{await FailureAsync(() => store.ScanAsync(instance))}");
            }

            await using CodObject series = await store.OpenSeriesAsync(Study, SeriesUid, CodMode.Append);
            told.AppendLine(string.Join('\n', (await series.VerifyIntegrityAsync()).Findings));
            AppendResult again = await series.AppendAsync([new Instance(files[0])]);
            told.AppendLine($"{again.Errors.Single().Error}");
        }
        finally
        {
            files.ForEach(System.IO.File.Delete);
        }

        await using (ObjectContent metadata = (await store.Store.OpenReadAsync($"cod/studies/{Study}/series/{SeriesUid}/metadata.json", new ObjectReadOptions(), CancellationToken.None))!)
        {
            told.AppendLine(await new StreamReader(metadata.Content).ReadToEndAsync());
        }

        foreach (System.Diagnostics.Activity span in Spans.Ended)
        {
            told.AppendLine($"{span.DisplayName} {span.StatusDescription} {string.Join(' ', span.TagObjects)} {string.Join(' ', span.Events.SelectMany(e => e.Tags))}");
        }

        foreach (var measurement in Counted.Measurements)
        {
            told.AppendLine($"{measurement.Name} {string.Join(' ', measurement.Tags)}");
        }

        using (Assert.EnterMultipleScope())
        {
            Assert.That(told.ToString().Split('\n').Where(line => line.Contains(Marker, StringComparison.Ordinal)), Is.Empty);
            Assert.That(told.ToString(), Does.Contain("alt=media").And.Contain("objectUID=1.2.3").And.Contain("no UID"), "what is no secret stays");
        }
    }

    private async Task<string> ServeAsync(string file, string? at = null, bool change = false)
    {
        byte[] bytes = await System.IO.File.ReadAllBytesAsync(FileOf(file));
        bytes[^1] ^= (byte)(change ? 1 : 0);
        string copy = Path.GetTempFileName();
        await System.IO.File.WriteAllBytesAsync(copy, bytes);
        await PutAsync(at ?? file, copy);
        System.IO.File.Delete(copy);
        return WithSecrets(at ?? file);
    }

    private string WithSecrets(string name)
    {
        var endpoint = new Uri($"{Emulator.Endpoint}");
        return $"http://planted-user:{Marker}@{endpoint.Authority}/storage/v1/b/{Inbox}/o/{name}?alt=media&objectUID=1.2.3&X-Goog-Signature={Marker}&access_token={Marker}&hostauthblob=aaaa0000{Marker}1234";
    }

    private static async Task<string> FailureAsync<T>(Func<Task<T>> call)
    {
        try
        {
            await call();
            return "";
        }
        catch (CodException error)
        {
            return error.ToString();
        }
    }

    private sealed class Recorder(StringBuilder told) : ILoggerFactory, ILogger
    {
        public void AddProvider(ILoggerProvider provider)
        {
        }

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            lock (told)
            {
                told.AppendLine($"{formatter(state, exception)} {exception}");
            }
        }

        public void Dispose()
        {
        }
    }
}
