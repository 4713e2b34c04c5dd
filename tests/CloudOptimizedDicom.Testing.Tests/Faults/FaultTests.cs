using System.Text;
using System.Text.RegularExpressions;
using CloudOptimizedDicom.Testing.Faults;
using CloudOptimizedDicom.Testing.Requests;

namespace CloudOptimizedDicom.Testing.Tests.Faults;

internal sealed class FaultTests : EmulatorFixture
{
    private const string Text = "0123456789abcdefghij";

    [Test]
    public async Task Refuse_Insert_SaysSoAndDoesNothing()
    {
        Emulator.Faults.Add(new FaultRule { Operation = GcsOperation.Insert, Action = FaultAction.Refuse(429, TimeSpan.FromSeconds(7)) });
        HttpResponseMessage answer = await InsertAsync("a", "text");
        using (Assert.EnterMultipleScope())
        {
            Assert.That((int)answer.StatusCode, Is.EqualTo(429));
            Assert.That(HeaderOf(answer, "Retry-After"), Is.EqualTo("7"));
            Assert.That(ContentOf("a"), Is.Null);
        }
    }

    [Test]
    public void DropBefore_Insert_DoesNothing()
    {
        Emulator.Faults.Add(new FaultRule { Action = FaultAction.DropBefore });
        Assert.That(async () => await InsertAsync("a", "text"), Throws.InstanceOf<HttpRequestException>());
        Assert.That(ContentOf("a"), Is.Null);
        Assert.That(Emulator.Log.Entries.Single().Status, Is.Null);
    }

    [Test]
    public void DropAfter_InsertAndDelete_AreDoneWithoutAnAnswer()
    {
        Emulator.Faults.Add(new FaultRule { Action = FaultAction.DropAfter });
        Assert.That(async () => await InsertAsync("a", "text"), Throws.InstanceOf<HttpRequestException>());
        Assert.That(ContentOf("a"), Is.EqualTo("text"));
        Assert.That(async () => await Http.DeleteAsync(UrlOf("a")), Throws.InstanceOf<HttpRequestException>());
        Assert.That(ContentOf("a"), Is.Null);
        Assert.That(Emulator.Log.Entries.Select(entry => entry.Fault), Is.All.EqualTo("DropAfter"));
    }

    [Test]
    public async Task DropAfter_LastBytesOfAnUpload_MakesTheObject()
    {
        Emulator.Faults.Add(new FaultRule { Operation = GcsOperation.SessionData, AtMatch = 1, Action = FaultAction.DropAfter });
        Uri session = await StartUploadAsync("a");
        Assert.That(async () => await PutAsync(session, Text, "bytes 0-19/20"), Throws.InstanceOf<HttpRequestException>());
        Assert.That((int)(await PutAsync(session, "", "bytes */20")).StatusCode, Is.EqualTo(200));
        Assert.That(ContentOf("a"), Is.EqualTo(Text));
    }

    [TestCase(0)]
    [TestCase(7)]
    [TestCase(19)]
    public async Task CutResponse_Media_GivesThatManyBytes(int bytes)
    {
        await InsertAsync("a", Text);
        Emulator.Faults.Add(new FaultRule { Operation = GcsOperation.Media, Action = FaultAction.CutResponse(bytes) });
        using HttpResponseMessage answer = await Http.GetAsync($"{UrlOf("a")}?alt=media", HttpCompletionOption.ResponseHeadersRead);
        using var received = new MemoryStream();
        Assert.That(
            async () => await (await answer.Content.ReadAsStreamAsync()).CopyToAsync(received, 1), Throws.InstanceOf<IOException>());
        Assert.That(Encoding.UTF8.GetString(received.ToArray()), Is.EqualTo(Text[..bytes]));
        Assert.That(Emulator.Log.Entries[^1].BytesDown, Is.EqualTo(bytes));
    }

    [Test]
    public async Task CutResponse_AnswerThatIsNoLonger_GoesThrough()
    {
        await InsertAsync("a", Text);
        Emulator.Faults.Add(new FaultRule { Action = FaultAction.CutResponse(20) });
        Assert.That(await Http.GetStringAsync($"{UrlOf("a")}?alt=media"), Is.EqualTo(Text));
    }

    [TestCase(0)]
    [TestCase(10)]
    [TestCase(19)]
    public void CutRequest_Insert_DoesNothing(int bytes)
    {
        Emulator.Faults.Add(new FaultRule { Operation = GcsOperation.Insert, Action = FaultAction.CutRequest(bytes) });
        Assert.That(async () => await InsertAsync("a", Text), Throws.InstanceOf<HttpRequestException>());
        Assert.That(ContentOf("a"), Is.Null);
        Assert.That(Emulator.Log.Entries.Single().BytesUp, Is.EqualTo(bytes));
    }

    [Test]
    public void CutRequest_Multipart_DoesNothing()
    {
        Emulator.Faults.Add(new FaultRule { ObjectGlob = "a", Action = FaultAction.CutRequest(70) });
        byte[] body = Bytes($$"""
            --b
            Content-Type: application/json

            {"name":"a"}
            --b
            Content-Type: text/plain

            {{Text}}
            --b--
            """.ReplaceLineEndings("\n"));
        Assert.That(
            async () => await InsertMultipartAsync(body, "multipart/related; boundary=b"), Throws.InstanceOf<HttpRequestException>());
        Assert.That(ContentOf("a"), Is.Null);
    }

    [Test]
    public async Task CutRequest_ResumableUpload_KeepsWholeQuanta()
    {
        Emulator.Faults.Add(new FaultRule { Operation = GcsOperation.SessionData, AtMatch = 1, Action = FaultAction.CutRequest(19) });
        Uri session = await StartUploadAsync("a");
        Assert.That(async () => await PutAsync(session, Text, "bytes 0-19/20"), Throws.InstanceOf<HttpRequestException>());
        HttpResponseMessage status = await PutAsync(session, "", "bytes */20");
        Assert.That(HeaderOf(status, "Range"), Is.EqualTo("bytes=0-15"));
        Assert.That((int)(await PutAsync(session, Text[16..], "bytes 16-19/20")).StatusCode, Is.EqualTo(200));
        Assert.That(ContentOf("a"), Is.EqualTo(Text));
    }

    [Test]
    public async Task Delay_Get_IsAnsweredWhenTheClockHasGoneOn()
    {
        await InsertAsync("a", Text);
        Emulator.Faults.Add(new FaultRule { Operation = GcsOperation.Get, Action = FaultAction.Delay(TimeSpan.FromHours(1)) });
        Task<HttpResponseMessage> answer = Http.GetAsync(UrlOf("a"));
        await Clock.HasTimer;
        Assert.That(answer.IsCompleted, Is.False);
        Clock.Advance(TimeSpan.FromHours(1));
        Assert.That((int)(await answer).StatusCode, Is.EqualTo(200));
    }

    [Test]
    public async Task Rule_WithNumbers_TakesThoseMatches()
    {
        Emulator.Faults.Add(new FaultRule { ObjectGlob = "s/*.tar", AtMatch = 2, Action = FaultAction.Refuse(500) });
        Emulator.Faults.Add(new FaultRule { ObjectRegex = new Regex("json$"), EveryMatches = 2, Action = FaultAction.Refuse(503) });
        List<int> statuses = [];
        foreach (string name in (string[])["s/1.tar", "s/1.json", "s/2/3.tar", "s/2.json", "s/3.tar", "s/3.json", "s/4.json", "other"])
        {
            statuses.Add((int)(await InsertAsync(name, "")).StatusCode);
        }

        Assert.That(statuses, Is.EqualTo([200, 200, 500, 503, 200, 200, 503, 200]));
    }

    [Test]
    public async Task Rule_WithAProbability_TakesTheSameMatchesInEveryRun()
    {
        async Task<bool[]> Run()
        {
            Emulator.Faults.Clear();
            Emulator.Faults.Add(new FaultRule { Probability = 0.5, Seed = 7, Action = FaultAction.Refuse(503) });
            List<bool> taken = [];
            for (int i = 0; i < 40; i++)
            {
                taken.Add((int)(await InsertAsync("a", "")).StatusCode == 503);
            }

            return [.. taken];
        }

        bool[] first = await Run();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(first, Has.Some.True.And.Some.False);
            Assert.That(await Run(), Is.EqualTo(first));
        }
    }

    [TestCase("""{"operation":"insert","kind":"refuse","status":501}""", 501)]
    [TestCase("""{"operation":"delete","kind":"refuse","status":501}""", 200)]
    [TestCase("""{"objectRegex":"^a$","kind":"refuse"}""", 503)]
    public async Task Rule_OverHttp_IsTheSame(string rule, int expected)
    {
        HttpResponseMessage added = await Http.PostAsync("_emulator/faults", new StringContent(rule));
        HttpResponseMessage answer = await InsertAsync("a", "text");
        await Http.DeleteAsync("_emulator/faults");
        using (Assert.EnterMultipleScope())
        {
            Assert.That((int)added.StatusCode, Is.EqualTo(200));
            Assert.That((int)answer.StatusCode, Is.EqualTo(expected));
            Assert.That((int)(await InsertAsync("a", "text")).StatusCode, Is.EqualTo(200));
        }
    }

    [TestCase("{}")]
    [TestCase("""{"kind":"explode"}""")]
    [TestCase("""{"kind":"refuse","status":200}""")]
    [TestCase("""{"kind":"dropAfter","objectRegex":"("}""")]
    [TestCase("""{"kind":1}""")]
    public async Task Rule_ThatMakesNoSense_IsRefused(string rule) =>
        Assert.That((int)(await Http.PostAsync("_emulator/faults", new StringContent(rule))).StatusCode, Is.EqualTo(400));
}
