using System.Net;
using System.Text;
using CloudOptimizedDicom.Tests.Series;

namespace CloudOptimizedDicom.Tests.Instances.Sources;

/// <summary>
/// Servers that redirect, with 127.0.0.1 for an address of the internet and 127.0.0.2 for one of the network inside. Both are
/// this machine, where the server listens on the first only.
/// </summary>
public sealed class WebRedirectTests
{
    private static readonly SeriesId Id = new("1.2.826.0.1.3680043.8.498.7001.93", "1.2.826.0.1.3680043.8.498.7001.93.1");
    private static readonly byte[] File1 = File.ReadAllBytes(Repository.TestData("dicom", "appendset", "1.dcm"));

    [TestCase("file:///etc/passwd", "scheme file")]
    [TestCase("ftp://h/1.dcm", "scheme ftp")]
    [TestCase("http://elsewhere.example/1.dcm?sig=hidden", "elsewhere.example")]
    [TestCase("http://127.0.0.1:1/1.dcm", "127.0.0.1:1")]
    [TestCase("", "does not say where")]
    [TestCase("/again", "more than 5")]
    public async Task AppendAsync_RedirectThatIsNotFollowed_IsOneFailedInstance(string location, string reason)
    {
        await using var server = new CannedServer(_ => Redirect(location));
        await using TemporaryDatastore store = await TemporaryDatastore.CreateAsync();
        AppendResult result = await store.StoreAsync(Id, CodMode.Write, [server.Uri, Repository.TestData("dicom", "appendset", "2.dcm")]);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(result.Errors.Single().Error, Is.InstanceOf<SourceReadException>().With.Message.Contains(reason));
            Assert.That(result.Errors.Single().Error.ToString(), Does.Not.Contain("hidden"));
            Assert.That(result.New, Has.Count.EqualTo(1));
        }
    }

    [Test]
    public async Task GetAsync_RedirectToTheSameHost_IsFollowed()
    {
        await using var server = new CannedServer(asked => asked.StartsWith("GET /there", StringComparison.Ordinal) ? Whole() : Redirect("/there"));
        Assert.That(await ReadAsync(new WebSourceOptions(), server.Uri), Is.EqualTo(File1));
    }

    [Test]
    public async Task GetAsync_RedirectToAnotherHost_IsFollowedWhereThatIsAllowed()
    {
        await using var server = new CannedServer(asked => asked.Contains("Host: b.test", StringComparison.Ordinal) ? Whole() : null!);
        await using var first = new CannedServer(_ => Redirect($"http://b.test:{server.Port}/1.dcm"));
        string uri = $"http://a.test:{first.Port}/1.dcm";
        Assert.That(await ReadAsync(Web("127.0.0.1") with { AllowCrossHostRedirects = true }, uri), Is.EqualTo(File1));
        Assert.That(await FailAsync(Web("127.0.0.1"), uri), Does.Contain($"b.test:{server.Port}"));
    }

    /// <summary>The second server is the same machine, but by a name, or a second answer for the same name, that leads inside.</summary>
    [TestCase("http://inside.test:{0}/1.dcm")]
    [TestCase("http://127.0.0.2:{0}/1.dcm")]
    [TestCase("http://[::ffff:127.0.0.2]:{0}/1.dcm")]
    public async Task GetAsync_RedirectFromTheInternetToTheInside_IsNotFollowed(string location)
    {
        await using var server = new CannedServer(_ => Redirect(string.Format(null, location, 80)));
        Assert.That(await FailAsync(Web("127.0.0.1") with { AllowCrossHostRedirects = true }, $"http://a.test:{server.Port}/1.dcm"), Does.Contain("inside this network"));
    }

    [Test]
    public async Task GetAsync_NameThatResolvesToTheInsideTheSecondTime_IsNotFollowed()
    {
        await using var server = new CannedServer(_ => Redirect("/there"));
        Assert.That(await FailAsync(Web("127.0.0.1", "127.0.0.1", "127.0.0.2"), $"http://a.test:{server.Port}/1.dcm"), Does.Contain("inside this network"));
    }

    private static WebSourceOptions Web(params string[] answers)
    {
        int asked = 0;
        return new WebSourceOptions
        {
            IsPublic = address => (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).Equals(IPAddress.Loopback),
            Resolve = (host, _) => Task.FromResult<IPAddress[]>(
                [IPAddress.Parse(host == "inside.test" ? "127.0.0.2" : answers[Math.Min(asked++, answers.Length - 1)])]),
        };
    }

    private static async Task<byte[]> ReadAsync(WebSourceOptions web, string uri)
    {
        await using var sources = new InstanceSources(_ => throw new NotSupportedException(), web);
        await using SourceContent content = await sources.Resolve(uri).OpenAsync(CancellationToken.None);
        var bytes = new MemoryStream();
        await content.CopyToAsync(bytes);
        return bytes.ToArray();
    }

    private static async Task<string> FailAsync(WebSourceOptions web, string uri)
    {
        await using var sources = new InstanceSources(_ => throw new NotSupportedException(), web);
        return Assert.ThrowsAsync<SourceReadException>(() => sources.Resolve(uri).OpenAsync(CancellationToken.None))!.Message;
    }

    private static byte[] Whole() => [.. Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Length: {File1.Length}\r\nConnection: close\r\n\r\n"), .. File1];

    private static byte[] Redirect(string location) =>
        Encoding.ASCII.GetBytes($"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nConnection: close\r\n{(location.Length > 0 ? $"Location: {location}\r\n" : "")}\r\n");
}
