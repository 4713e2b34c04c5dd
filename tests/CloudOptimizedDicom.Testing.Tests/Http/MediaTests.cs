using System.IO.Compression;
using CloudOptimizedDicom.Testing.Objects;

namespace CloudOptimizedDicom.Testing.Tests.Http;

internal sealed class MediaTests : EmulatorFixture
{
    private const string Url = "storage/v1/b/bucket/o/a?alt=media";

    [TestCase("storage/v1/b/bucket/o/a?alt=media")]
    [TestCase("download/storage/v1/b/bucket/o/a?alt=media")]
    [TestCase("download/storage/v1/b/bucket/o/a")]
    [TestCase("b/bucket/o/a?alt=media")]
    public async Task Get_AnyFormOfTheAddress_GivesTheBytes(string url)
    {
        await InsertAsync("a", "0123456789");
        Assert.That(await Http.GetStringAsync(url), Is.EqualTo("0123456789"));
    }

    [TestCase("bytes=2-4", 206, "234", "bytes 2-4/10")]
    [TestCase("bytes=2-99", 206, "23456789", "bytes 2-9/10")]
    [TestCase("bytes=7-", 206, "789", "bytes 7-9/10")]
    [TestCase("bytes=-3", 206, "789", "bytes 7-9/10")]
    [TestCase("bytes=-99", 206, "0123456789", "bytes 0-9/10")]
    [TestCase("bytes=4-2", 200, "0123456789", "")]
    [TestCase("bytes=0-1,4-5", 200, "0123456789", "")]
    [TestCase("bytes=-", 200, "0123456789", "")]
    public async Task Get_Range_GivesThoseBytes(string range, int status, string content, string contentRange)
    {
        await InsertAsync("a", "0123456789");
        HttpResponseMessage answer = await SendAsync(HttpMethod.Get, Url, ("Range", range));
        using (Assert.EnterMultipleScope())
        {
            Assert.That((int)answer.StatusCode, Is.EqualTo(status));
            Assert.That(await answer.Content.ReadAsStringAsync(), Is.EqualTo(content));
            Assert.That(HeaderOf(answer, "Content-Range"), Is.EqualTo(contentRange));
        }
    }

    [TestCase("0123456789", "bytes=10-")]
    [TestCase("0123456789", "bytes=-0")]
    [TestCase("", "bytes=0-")]
    public async Task Get_RangeBehindTheEnd_Is416(string content, string range)
    {
        await InsertAsync("a", content);
        HttpResponseMessage answer = await SendAsync(HttpMethod.Get, Url, ("Range", range));
        Assert.That((int)answer.StatusCode, Is.EqualTo(416));
        Assert.That(HeaderOf(answer, "Content-Range"), Is.EqualTo($"bytes */{content.Length}"));
    }

    [Test]
    public async Task Get_Object_HasTheHeadersOfWhatIsStored()
    {
        long generation = await GenerationOfInsertAsync("a", "hello");
        HttpResponseMessage answer = await Http.GetAsync(Url);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(HeaderOf(answer, "x-goog-hash"), Is.EqualTo("crc32c=mnG7TA==,md5=XUFAKrxLKna5cZ2REBfFkg=="));
            Assert.That(HeaderOf(answer, "x-goog-generation"), Is.EqualTo($"{generation}"));
            Assert.That(HeaderOf(answer, "x-goog-metageneration"), Is.EqualTo("1"));
            Assert.That(HeaderOf(answer, "x-goog-stored-content-encoding"), Is.EqualTo("identity"));
            Assert.That(HeaderOf(answer, "x-goog-stored-content-length"), Is.EqualTo("5"));
            Assert.That(HeaderOf(answer, "x-goog-storage-class"), Is.EqualTo("STANDARD"));
            Assert.That(HeaderOf(answer, "ETag"), Is.EqualTo(Emulator.Core.Find("bucket", "a")!.ETag));
            Assert.That(answer.Headers.Date, Is.EqualTo(Clock.GetUtcNow()));
        }
    }

    [TestCase("gzip", true)]
    [TestCase("deflate, gzip;q=0.5", true)]
    [TestCase("gzip;q=0", false)]
    [TestCase("identity", false)]
    public async Task Get_CompressedObject_IsAsStoredOnlyForWhoAcceptsGzip(string accepted, bool isAsStored)
    {
        byte[] stored = await InsertCompressedAsync("plain text", cacheControl: null);
        HttpResponseMessage answer = await SendAsync(HttpMethod.Get, Url, ("Accept-Encoding", accepted), ("Range", "bytes=2-4"));
        byte[] content = await answer.Content.ReadAsByteArrayAsync();
        using (Assert.EnterMultipleScope())
        {
            Assert.That((int)answer.StatusCode, Is.EqualTo(isAsStored ? 206 : 200));
            Assert.That(content, Is.EqualTo(isAsStored ? stored[2..5] : Bytes("plain text")));
            Assert.That(HeaderOf(answer, "Content-Encoding"), Is.EqualTo(isAsStored ? "gzip" : ""));
            Assert.That(HeaderOf(answer, "Warning"), Is.EqualTo(isAsStored ? "" : "214 UploadServer gunzipped"));
            Assert.That(HeaderOf(answer, "x-goog-stored-content-encoding"), Is.EqualTo("gzip"));
            Assert.That(HeaderOf(answer, "x-goog-stored-content-length"), Is.EqualTo($"{stored.Length}"));
            Assert.That(HeaderOf(answer, "x-goog-hash"), Does.StartWith($"crc32c={Crc32c.ToBase64(Crc32c.Compute(stored))},"));
        }
    }

    [Test]
    public async Task Get_CompressedObjectNotToBeTransformed_IsAsStored()
    {
        byte[] stored = await InsertCompressedAsync("plain text", "public, no-transform");
        Assert.That(await Http.GetByteArrayAsync(Url), Is.EqualTo(stored));
    }

    private async Task<byte[]> InsertCompressedAsync(string text, string? cacheControl)
    {
        using var stored = new MemoryStream();
        await using (var gzip = new GZipStream(stored, CompressionLevel.Optimal, leaveOpen: true))
        {
            await gzip.WriteAsync(Bytes(text));
        }

        stored.Position = 0;
        await Emulator.Core.InsertAsync(
            "bucket", "a", stored, new GcsObjectAttributes { ContentEncoding = "gzip", CacheControl = cacheControl });
        return stored.ToArray();
    }
}
