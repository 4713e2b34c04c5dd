using System.Text.Json.Nodes;

namespace CloudOptimizedDicom.Testing.Tests.Http;

// Cloud Storage, "Perform resumable uploads".
internal sealed class ResumableUploadTests : EmulatorFixture
{
    private const int Incomplete = 308;
    private const string Text = "0123456789abcdefghij";

    [TestCase(null)]
    [TestCase("bytes 0-19/20")]
    public async Task Put_AllAtOnce_MakesTheObject(string? contentRange)
    {
        Uri session = await StartUploadAsync("a/b", metadata: new JsonObject { ["contentType"] = "text/x", ["metadata"] = new JsonObject { ["k"] = "v" } });
        HttpResponseMessage answer = await PutAsync(session, Text, contentRange);
        JsonObject info = await JsonOf(answer);
        using (Assert.EnterMultipleScope())
        {
            Assert.That((int)answer.StatusCode, Is.EqualTo(200));
            Assert.That((string?)info["name"], Is.EqualTo("a/b"));
            Assert.That((string?)info["contentType"], Is.EqualTo("text/x"));
            Assert.That((string?)info["metadata"]!["k"], Is.EqualTo("v"));
            Assert.That(ContentOf("a/b"), Is.EqualTo(Text));
        }
    }

    [Test]
    public async Task Put_InChunks_KeepsWholeQuantaUntilTheLast()
    {
        Uri session = await StartUploadAsync("a");
        HttpResponseMessage first = await PutAsync(session, Text[..8], "bytes 0-7/*");
        HttpResponseMessage second = await PutAsync(session, Text[8..19], "bytes 8-18/20");
        Assert.That(ContentOf("a"), Is.Null);
        HttpResponseMessage third = await PutAsync(session, Text[16..], "bytes 16-19/20");
        using (Assert.EnterMultipleScope())
        {
            Assert.That((int)first.StatusCode, Is.EqualTo(Incomplete));
            Assert.That(HeaderOf(first, "Range"), Is.EqualTo("bytes=0-7"));
            Assert.That((int)second.StatusCode, Is.EqualTo(Incomplete));
            Assert.That(HeaderOf(second, "Range"), Is.EqualTo("bytes=0-15"));
            Assert.That((int)third.StatusCode, Is.EqualTo(200));
            Assert.That(ContentOf("a"), Is.EqualTo(Text));
        }
    }

    [TestCase("bytes */20")]
    [TestCase("bytes */*")]
    public async Task Put_StatusQuery_SaysHowFarItIs(string query)
    {
        Uri session = await StartUploadAsync("a");
        HttpResponseMessage nothing = await PutAsync(session, "", query);
        await PutAsync(session, Text[..16], "bytes 0-15/*");
        HttpResponseMessage some = await PutAsync(session, "", query);
        await PutAsync(session, Text[16..], "bytes 16-19/20");
        HttpResponseMessage all = await PutAsync(session, "", query);
        using (Assert.EnterMultipleScope())
        {
            Assert.That((int)nothing.StatusCode, Is.EqualTo(Incomplete));
            Assert.That(HeaderOf(nothing, "Range"), Is.Empty);
            Assert.That((int)some.StatusCode, Is.EqualTo(Incomplete));
            Assert.That(HeaderOf(some, "Range"), Is.EqualTo("bytes=0-15"));
            Assert.That((int)all.StatusCode, Is.EqualTo(200));
            Assert.That((string?)(await JsonOf(all))["size"], Is.EqualTo("20"));
        }
    }

    [TestCase(0, "")]
    [TestCase(16, "0123456789abcdef")]
    public async Task Put_QueryThatNamesWhatIsThere_FinishesTheUpload(int size, string content)
    {
        Uri session = await StartUploadAsync("a");
        if (size > 0)
        {
            await PutAsync(session, content, $"bytes 0-{size - 1}/*");
        }

        HttpResponseMessage answer = await PutAsync(session, "", $"bytes */{size}");
        Assert.That((int)answer.StatusCode, Is.EqualTo(200));
        Assert.That(ContentOf("a"), Is.EqualTo(content));
    }

    [Test]
    public async Task Put_BytesThatAreThereAlready_AreIgnored()
    {
        Uri session = await StartUploadAsync("a");
        await PutAsync(session, Text[..16], "bytes 0-15/*");
        HttpResponseMessage answer = await PutAsync(session, "XXXX456789abcdefghij", "bytes 0-19/20");
        Assert.That((int)answer.StatusCode, Is.EqualTo(200));
        Assert.That(ContentOf("a"), Is.EqualTo(Text));
    }

    [Test]
    public async Task Put_BehindWhatIsThere_IsRefused()
    {
        Uri session = await StartUploadAsync("a");
        HttpResponseMessage answer = await PutAsync(session, Text[8..], "bytes 8-19/20");
        Assert.That((int)answer.StatusCode, Is.EqualTo(503));
        Assert.That((int)(await PutAsync(session, Text, "bytes 0-19/20")).StatusCode, Is.EqualTo(200));
    }

    [Test]
    public async Task Put_FinishedUploadAgain_IsAnsweredWithTheSameObject()
    {
        Uri session = await StartUploadAsync("a");
        JsonObject first = await JsonOf(await PutAsync(session, Text, "bytes 0-19/20"));
        JsonObject second = await JsonOf(await PutAsync(session, Text, "bytes 0-19/20"));
        Assert.That((string?)second["generation"], Is.EqualTo((string?)first["generation"]));
    }

    [Test]
    public async Task Put_LastBytes_LooksAtConditionsOnlyThen()
    {
        Uri session = await StartUploadAsync("a", "&ifGenerationMatch=0");
        HttpResponseMessage chunk = await PutAsync(session, Text[..16], "bytes 0-15/*");
        await InsertAsync("a", "other");
        HttpResponseMessage last = await PutAsync(session, Text[16..], "bytes 16-19/20");
        HttpResponseMessage query = await PutAsync(session, "", "bytes */20");
        using (Assert.EnterMultipleScope())
        {
            Assert.That((int)chunk.StatusCode, Is.EqualTo(Incomplete));
            Assert.That((int)last.StatusCode, Is.EqualTo(412));
            Assert.That((int)query.StatusCode, Is.EqualTo(412));
            Assert.That(ContentOf("a"), Is.EqualTo("other"));
        }
    }

    [TestCase("header")]
    [TestCase("metadata")]
    public async Task Put_WrongChecksum_KeepsNothing(string where)
    {
        Uri session = await StartUploadAsync("a", metadata: where == "metadata" ? new JsonObject { ["crc32c"] = "AAAAAA==" } : null);
        HttpResponseMessage answer = await PutAsync(
            session, Text, "bytes 0-19/20", where == "header" ? [("X-Goog-Hash", "crc32c=AAAAAA==")] : []);
        Assert.That((int)answer.StatusCode, Is.EqualTo(400));
        Assert.That(ContentOf("a"), Is.Null);
    }

    [Test]
    public async Task Delete_Session_EndsIt()
    {
        Uri session = await StartUploadAsync("a");
        HttpResponseMessage delete = await Http.DeleteAsync(session);
        HttpResponseMessage put = await PutAsync(session, Text, null);
        using (Assert.EnterMultipleScope())
        {
            Assert.That((int)delete.StatusCode, Is.EqualTo(499));
            Assert.That((int)put.StatusCode, Is.EqualTo(404));
            Assert.That(ContentOf("a"), Is.Null);
        }
    }

    [TestCase(410)]
    [TestCase(404)]
    public async Task ExpireUploads_SessionUnderWay_IsAnsweredSo(int status)
    {
        Uri session = await StartUploadAsync("a");
        Emulator.ExpireUploads(status);
        Assert.That((int)(await PutAsync(session, Text, null)).StatusCode, Is.EqualTo(status));
    }

    [Test]
    public async Task Put_AfterAWeek_IsGone()
    {
        Uri session = await StartUploadAsync("a");
        Clock.Advance(TimeSpan.FromDays(7));
        Assert.That((int)(await PutAsync(session, Text, null)).StatusCode, Is.EqualTo(410));
    }

    [Test]
    public async Task Put_OtherSizeThanDeclared_IsRefused()
    {
        var start = new HttpRequestMessage(HttpMethod.Post, "upload/storage/v1/b/bucket/o?uploadType=resumable&name=a");
        start.Headers.TryAddWithoutValidation("X-Upload-Content-Length", "21");
        start.Headers.TryAddWithoutValidation("X-Upload-Content-Type", "text/y");
        Uri session = (await Http.SendAsync(start)).Headers.Location!;
        Assert.That((int)(await PutAsync(session, Text, "bytes 0-19/20")).StatusCode, Is.EqualTo(400));
    }
}
