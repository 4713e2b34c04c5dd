using System.Globalization;
using System.Text;

namespace CloudOptimizedDicom.Tests.Instances.Sources;

/// <summary>Servers that fall silent, or break off.</summary>
[CancelAfter(60_000)]
public sealed class WebStallTests
{
    private const int Sent = 1000;
    private const string Version = "ETag: \"v1\"\r\n";

    private static readonly byte[] File1 = File.ReadAllBytes(Repository.TestData("dicom", "appendset", "1.dcm"));

    private readonly SteppedClock _clock = new();

    [Test]
    public async Task OpenAsync_ServerThatNeverAnswers_FailsAfterTheLimit()
    {
        await using var server = new CannedServer(_ => [], _ => true);
        await using InstanceSources sources = Sources();
        Task<SourceContent> opening = sources.Resolve(server.Uri).OpenAsync(CancellationToken.None);
        Assert.That(opening.IsCompleted, Is.False);
        _clock.Advance(TimeSpan.FromSeconds(20));
        Assert.That((await FailureAsync(opening)).Message, Does.Contain("no byte came for 20 s"));
    }

    [TestCase(Version, true)]
    [TestCase("Last-Modified: Fri, 27 Nov 2026 10:00:00 GMT\r\n", true)]
    [TestCase("ETag: W/\"v1\"\r\n", false)]
    [TestCase("", false)]
    public async Task ReadAsync_BodyThatStops_GoesOnAtTheByteWhereTheVersionIsKnown(string version, bool resumes)
    {
        await using var server = new CannedServer(asked => RangeOf(asked) is { } from ? Rest(version, from) : Part(version), asked => RangeOf(asked) is null);
        await using InstanceSources sources = Sources();
        await using SourceContent content = await sources.Resolve(server.Uri).OpenAsync(CancellationToken.None);
        byte[] bytes = new byte[File1.Length];
        await content.ReadExactlyAsync(bytes.AsMemory(0, Sent));
        Task rest = content.ReadExactlyAsync(bytes.AsMemory(Sent)).AsTask();
        _clock.Advance(TimeSpan.FromSeconds(20));
        if (resumes)
        {
            await rest;
            Assert.That(bytes, Is.EqualTo(File1));
        }
        else
        {
            Assert.That(async () => await rest, Throws.InstanceOf<SourceReadException>().With.Message.Contains("no byte came for 20 s"));
        }
    }

    [Test]
    public async Task ReadAsync_ConnectionThatBreaksEachTime_GoesOnThreeTimesAndFails()
    {
        int requests = 0;
        await using var server = new CannedServer(asked =>
        {
            requests++;
            return RangeOf(asked) is { } from ? Rest(Version, from, bytes: 10) : Part(Version);
        });
        await using InstanceSources sources = Sources();
        await using SourceContent content = await sources.Resolve(server.Uri).OpenAsync(CancellationToken.None);
        Assert.ThrowsAsync<SourceReadException>(() => content.CopyToAsync(Stream.Null));
        Assert.That(requests, Is.EqualTo(4));
    }

    [TestCase("HTTP/1.1 200 OK\r\nETag: \"v2\"\r\n")]
    [TestCase("HTTP/1.1 206 Partial Content\r\nETag: \"v2\"\r\nContent-Range: bytes 1000-{0}/{1}\r\n")]
    [TestCase("HTTP/1.1 206 Partial Content\r\nETag: \"v1\"\r\nContent-Range: bytes 999-{0}/{1}\r\n")]
    [TestCase("HTTP/1.1 206 Partial Content\r\nETag: \"v1\"\r\nContent-Range: bytes 1000-{0}/9999999\r\n")]
    public async Task ReadAsync_OtherVersionAtTheSecondRequest_IsAChangedSource(string header)
    {
        string head = string.Format(CultureInfo.InvariantCulture, header, File1.Length - 1, File1.Length);
        await using var server = new CannedServer(asked => RangeOf(asked) is null ? Part(Version)
            : [.. Encoding.ASCII.GetBytes($"{head}Content-Length: {File1.Length - Sent}\r\nConnection: close\r\n\r\n"), .. File1[Sent..]]);
        await using InstanceSources sources = Sources();
        await using SourceContent content = await sources.Resolve(server.Uri).OpenAsync(CancellationToken.None);
        Assert.ThrowsAsync<SourceChangedException>(() => content.CopyToAsync(Stream.Null));
    }

    private InstanceSources Sources() => new(_ => throw new NotSupportedException(), new WebSourceOptions { TimeProvider = _clock });

    private static async Task<Exception> FailureAsync(Task<SourceContent> opening)
    {
        try
        {
            await (await opening).DisposeAsync();
            throw new AssertionException("It opened.");
        }
        catch (SourceReadException error)
        {
            return error;
        }
    }

    private static int? RangeOf(string asked)
    {
        int at = asked.IndexOf("Range: bytes=", StringComparison.Ordinal);
        return at < 0 ? null : int.Parse(asked[(at + 13)..].Split('-')[0], CultureInfo.InvariantCulture);
    }

    private static byte[] Part(string version) =>
        [.. Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\n{version}Content-Length: {File1.Length}\r\n\r\n"), .. File1[..Sent]];

    private static byte[] Rest(string version, int from, int? bytes = null) =>
    [
        .. Encoding.ASCII.GetBytes(
            $"HTTP/1.1 206 Partial Content\r\n{version}Content-Range: bytes {from}-{File1.Length - 1}/{File1.Length}\r\nContent-Length: {File1.Length - from}\r\nConnection: close\r\n\r\n"),
        .. File1[from..Math.Min(File1.Length, from + (bytes ?? File1.Length))],
    ];
}
