using System.Text;
using CloudOptimizedDicom.Tests.Series;

namespace CloudOptimizedDicom.Tests.Instances.Sources;

/// <summary>Answers of web servers that are not what they say.</summary>
public sealed class HttpInstanceSourceTests
{
    private static readonly SeriesId Id = new("1.2.826.0.1.3680043.8.498.7001.93", "1.2.826.0.1.3680043.8.498.7001.93.1");

    private static readonly byte[] File1 = File.ReadAllBytes(Repository.TestData("dicom", "appendset", "1.dcm"));

    [TestCase("HTTP/1.1", "Content-Length: {0}")]
    [TestCase("HTTP/1.0", "Content-Length: {0}")]
    [TestCase("HTTP/1.1", "Content-Length: {0}\r\nConnection: close")]
    [TestCase("HTTP/1.1", "Transfer-Encoding: chunked")]
    [TestCase("HTTP/1.1", "Connection: close")]
    public async Task AppendAsync_AnswerThatEndsEarly_IsAnErrorOfThatInstance(string version, string header)
    {
        bool isChunked = header.Contains("chunked", StringComparison.Ordinal);
        byte[] body = isChunked ? [.. Encoding.ASCII.GetBytes($"{File1.Length - 100:x}\r\n"), .. File1[..^100], .. "\r\n"u8] : File1[..^100];
        await using var server = new CannedServer(_ => Answer($"{version} 200 OK", string.Format(null, header, File1.Length), body));
        await using TemporaryDatastore store = await TemporaryDatastore.CreateAsync();
        AppendResult result = await store.StoreAsync(Id, CodMode.Write, [server.Uri, Repository.TestData("dicom", "appendset", "2.dcm")]);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(result.Errors.Single().Error, Is.InstanceOf<SourceReadException>());
            Assert.That(result.New, Has.Count.EqualTo(1));
        }
    }

    [TestCase("Content-Length: {0}")]
    [TestCase("Connection: close")]
    public async Task AppendAsync_WholeAnswer_IsStored(string header)
    {
        await using var server = new CannedServer(_ => Answer("HTTP/1.1 200 OK", string.Format(null, header, File1.Length), File1));
        await using TemporaryDatastore store = await TemporaryDatastore.CreateAsync();
        Assert.That((await store.StoreAsync(Id, CodMode.Write, [server.Uri])).New.Single().Record!.Crc32c, Is.EqualTo(Crc32c.Compute(File1)));
    }

    [TestCase("gzip", false)]
    [TestCase("identity", true)]
    public async Task AppendAsync_AnswerWithAContentEncoding_IsStoredOnlyWhereItIsPlain(string encoding, bool isStored)
    {
        await using var server = new CannedServer(_ => Answer("HTTP/1.1 200 OK", $"Content-Length: {File1.Length}\r\nContent-Encoding: {encoding}", File1));
        await using TemporaryDatastore store = await TemporaryDatastore.CreateAsync();
        AppendResult result = await store.StoreAsync(Id, CodMode.Write, [server.Uri, Repository.TestData("dicom", "appendset", "2.dcm")]);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(result.New, Has.Count.EqualTo(isStored ? 2 : 1));
            Assert.That(result.Errors.Select(error => error.Error.Message), isStored ? Is.Empty : Has.One.Contains("Content-Encoding gzip"));
        }
    }

    [Test]
    public async Task AppendAsync_PartWhereAllWasAskedFor_IsAnErrorOfThatInstance()
    {
        await using var server = new CannedServer(_ => Answer(
            "HTTP/1.1 206 Partial Content", $"Content-Length: {File1.Length}\r\nContent-Range: bytes 0-{File1.Length - 1}/*", File1));
        await using TemporaryDatastore store = await TemporaryDatastore.CreateAsync();
        Assert.That((await store.StoreAsync(Id, CodMode.Write, [server.Uri])).Errors.Single().Error, Is.InstanceOf<SourceReadException>().With.Message.Contains("part"));
    }

    /// <summary>The body has all the bytes that its Content-Length says, and fewer than its range.</summary>
    [Test]
    public async Task OpenHeadAsync_FewerBytesThanTheRange_FailsAtTheEnd()
    {
        await using var server = new CannedServer(_ => Answer(
            "HTTP/1.1 206 Partial Content", $"Content-Length: 900\r\nContent-Range: bytes 0-999/{File1.Length}", File1[..900]));
        await using SourceContent content = await Open(server).OpenHeadAsync(1000, CancellationToken.None);
        var error = Assert.ThrowsAsync<SourceReadException>(() => content.CopyToAsync(Stream.Null));
        Assert.That(error!.Message, Does.Contain("900 of 1000"));
    }

    /// <summary>What does not begin at the beginning, or does not tell the size of the whole, is asked for again as a whole.</summary>
    [TestCase("bytes 0-99/*")]
    [TestCase("bytes 100-199/{0}")]
    public async Task OpenHeadAsync_PartThatIsNotTheHead_IsNotTakenForIt(string range)
    {
        await using var server = new CannedServer(asked => asked.Contains("Range:", StringComparison.OrdinalIgnoreCase)
            ? Answer("HTTP/1.1 206 Partial Content", $"Content-Length: 100\r\nContent-Range: {string.Format(null, range, File1.Length)}", File1[100..200])
            : Answer("HTTP/1.1 200 OK", $"Content-Length: {File1.Length}", File1));
        await using SourceContent content = await Open(server).OpenHeadAsync(100, CancellationToken.None);
        var bytes = new MemoryStream();
        await content.CopyToAsync(bytes);
        Assert.That((content.SizeBytes, bytes.ToArray()), Is.EqualTo(((long)File1.Length, File1)));
    }

    private static IInstanceSource Open(CannedServer server) => InstanceSources.Default.Resolve(server.Uri);

    private static byte[] Answer(string status, string headers, byte[] body) =>
        [.. Encoding.ASCII.GetBytes($"{status}\r\n{headers}\r\n\r\n"), .. body];
}
