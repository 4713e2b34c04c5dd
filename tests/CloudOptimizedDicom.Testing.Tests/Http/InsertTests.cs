using System.Text;
using System.Text.Json.Nodes;

namespace CloudOptimizedDicom.Testing.Tests.Http;

internal sealed class InsertTests : EmulatorFixture
{
    private const string HelloCrc32c = "mnG7TA==";
    private const string HelloMd5 = "XUFAKrxLKna5cZ2REBfFkg==";

    [TestCase("plain")]
    [TestCase("with/slash and space")]
    [TestCase("ünï/漢字/😀?#%2F+&=")]
    [TestCase("a/rewriteTo/b")]
    [TestCase("o/b/o")]
    public async Task Insert_AnyName_IsFoundUnderIt(string name)
    {
        HttpResponseMessage answer = await InsertAsync(name, "hello");
        JsonObject info = await JsonOf(await Http.GetAsync(UrlOf(name)));
        using (Assert.EnterMultipleScope())
        {
            Assert.That((int)answer.StatusCode, Is.EqualTo(200));
            Assert.That((string?)info["name"], Is.EqualTo(name));
            Assert.That((string?)info["size"], Is.EqualTo("5"));
            Assert.That((string?)info["crc32c"], Is.EqualTo(HelloCrc32c));
            Assert.That((string?)info["md5Hash"], Is.EqualTo(HelloMd5));
            Assert.That(await Http.GetStringAsync((string?)info["mediaLink"]), Is.EqualTo("hello"));
        }
    }

    [TestCase("")]
    [TestCase("..")]
    [TestCase("a\nb")]
    public async Task Insert_NameThatNoObjectCanHave_IsRefused(string name) =>
        Assert.That((int)(await InsertAsync(name, "hello")).StatusCode, Is.EqualTo(400));

    [TestCase("\r\n", "--b0", "b0", "payload")]
    [TestCase("\n", "--b0", "b0", "payload")]
    [TestCase("\r\n", "--a b", "\"a b\"", "payload")]
    [TestCase("\r\n", "--===7==", "'===7=='", "")]
    [TestCase("\n", "--b0", "b0", "")]
    [TestCase("\n", "--b0", "b0", "ends with a return\r")]
    [TestCase("\r\n", "--b0", "b0", "\r\n--b\r\n--\r\n\r\n")]
    public async Task InsertMultipart_AnyFraming_TakesTheBytesBetween(string end, string delimiter, string boundary, string payload)
    {
        string body = $"{delimiter}{end}Content-Type: application/json; charset=UTF-8{end}{end}"
            + """{"name":"a","contentEncoding":"gzip","storageClass":"NEARLINE","metadata":{"k":"ü"}}"""
            + $"{end}{delimiter}{end}content-type: image/x{end}{end}{payload}{end}{delimiter}--{end}";
        HttpResponseMessage answer = await InsertMultipartAsync(Bytes(body), $"multipart/related; boundary={boundary}");
        JsonObject info = await JsonOf(answer);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(ContentOf("a"), Is.EqualTo(payload));
            Assert.That((string?)info["contentType"], Is.EqualTo("image/x"));
            Assert.That((string?)info["contentEncoding"], Is.EqualTo("gzip"));
            Assert.That((string?)info["storageClass"], Is.EqualTo("NEARLINE"));
            Assert.That((string?)info["metadata"]!["k"], Is.EqualTo("ü"));
        }
    }

    [Test]
    public async Task InsertMultipart_ManyBytesWithHalfDelimiters_AreAllKept()
    {
        string payload = string.Concat(Enumerable.Range(0, 30_000).Select(i => $"\r\n--b{i}"));
        await InsertMultipartAsync(Frame("""{"name":"a"}""", payload), "multipart/related; boundary=bound");
        Assert.That(ContentOf("a"), Is.EqualTo(payload));
    }

    [Test]
    public async Task InsertMultipart_WithoutAnEnd_IsRefused()
    {
        byte[] body = Frame("""{"name":"a"}""", "hello");
        HttpResponseMessage answer = await InsertMultipartAsync(body[..^12], "multipart/related; boundary=bound");
        Assert.That((int)answer.StatusCode, Is.EqualTo(400));
        Assert.That(ContentOf("a"), Is.Null);
    }

    [TestCase("crc32c", HelloCrc32c, 200)]
    [TestCase("crc32c", "AAAAAA==", 400)]
    [TestCase("md5Hash", HelloMd5, 200)]
    [TestCase("md5Hash", "AAAA", 400)]
    public async Task InsertMultipart_ChecksumInTheMetadata_IsVerified(string member, string checksum, int expected)
    {
        string metadata = new JsonObject { ["name"] = "a", [member] = checksum }.ToJsonString();
        HttpResponseMessage answer = await InsertMultipartAsync(Frame(metadata, "hello"), "multipart/related; boundary=bound");
        Assert.That((int)answer.StatusCode, Is.EqualTo(expected));
        Assert.That(ContentOf("a"), expected == 200 ? Is.EqualTo("hello") : Is.Null);
    }

    [TestCase("crc32c=" + HelloCrc32c + ",md5=" + HelloMd5, 200)]
    [TestCase("crc32c=AAAAAA==", 400)]
    [TestCase("md5=AAAA", 400)]
    public async Task InsertMedia_ChecksumInTheHeader_IsVerified(string hash, int expected)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "upload/storage/v1/b/bucket/o?uploadType=media&name=a")
        {
            Content = new StringContent("hello"),
        };
        request.Headers.TryAddWithoutValidation("X-Goog-Hash", hash);
        HttpResponseMessage answer = await Http.SendAsync(request);
        Assert.That((int)answer.StatusCode, Is.EqualTo(expected));
        Assert.That(ContentOf("a"), expected == 200 ? Is.EqualTo("hello") : Is.Null);
    }

    [TestCase("{")]
    [TestCase("[]")]
    [TestCase("""{"name":"a","metadata":{"k":1}}""")]
    [TestCase("""{"name":"a","contentType":1}""")]
    public async Task InsertMultipart_BadMetadata_IsRefused(string metadata)
    {
        HttpResponseMessage answer = await InsertMultipartAsync(Frame(metadata, "hello"), "multipart/related; boundary=bound");
        Assert.That((int)answer.StatusCode, Is.EqualTo(400));
    }

    [Test]
    public async Task Insert_SameNameAgain_HasALaterGeneration()
    {
        long first = await GenerationOfInsertAsync("a", "1");
        long second = await GenerationOfInsertAsync("a", "2");
        Assert.That(second, Is.GreaterThan(first));
        Assert.That(first, Is.EqualTo(Clock.GetUtcNow().ToUnixTimeMilliseconds() * 1000));
    }

    private static byte[] Frame(string metadata, string payload) => Encoding.UTF8.GetBytes(
        $"--bound\r\nContent-Type: application/json\r\n\r\n{metadata}\r\n--bound\r\nContent-Type: text/plain\r\n\r\n{payload}\r\n--bound--");
}
