using System.Text.Json.Nodes;
using CloudOptimizedDicom.Testing.Requests;

namespace CloudOptimizedDicom.Testing.Tests.Requests;

internal sealed class RequestLogTests : EmulatorFixture
{
    [Test]
    public async Task Entries_EveryOperation_HasItsNameAndClass()
    {
        await InsertAsync("a", "text", "&ifGenerationMatch=0");
        await Http.GetAsync(UrlOf("a"));
        await Http.GetStringAsync($"{UrlOf("a")}?alt=media");
        await Http.PatchAsync(UrlOf("a"), new StringContent("{}"));
        await Http.PostAsync($"{UrlOf("a")}/rewriteTo/b/bucket/o/b", null);
        await Http.GetAsync("storage/v1/b/bucket/o");
        await Http.DeleteAsync(UrlOf("a"));
        Uri session = await StartUploadAsync("c");
        await PutAsync(session, "01234567", "bytes 0-7/*");
        await PutAsync(session, "", "bytes */*");
        await PutAsync(session, "89", "bytes 8-9/10");
        await Http.DeleteAsync(await StartUploadAsync("d"));

        IReadOnlyList<RequestEntry> entries = Emulator.Log.Entries;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                entries.Select(entry => $"{entry.Operation} {entry.Object} {entry.OperationClass} {entry.Upload} {entry.Status}"),
                Is.EqualTo(
                [
                    "Insert a A  200",
                    "Get a B  200",
                    "Media a B  200",
                    "Patch a A  200",
                    "Rewrite b A  200",
                    "List  A  200",
                    "Delete a   204",
                    "SessionStart c A 1 200",
                    "SessionData c  1 308",
                    "SessionStatus c  1 308",
                    "SessionData c  1 200",
                    "SessionStart d A 2 200",
                    "SessionCancel d  2 499",
                ]));
            Assert.That(entries.Count(entry => !entry.IsContinuation), Is.EqualTo(9));
            Assert.That(entries[0].Preconditions, Is.EqualTo(new Dictionary<string, string> { ["ifGenerationMatch"] = "0" }));
            Assert.That((entries[0].BytesUp, entries[2].BytesDown), Is.EqualTo((4L, 4L)));
            Assert.That(entries[0].Time, Is.EqualTo(Clock.GetUtcNow()));
        }
    }

    [Test]
    public async Task Log_FileAndAddress_HaveNoSecrets()
    {
        string path = Path.Join(Path.GetTempPath(), $"gcs-emulator-{Guid.NewGuid():N}.jsonl");
        try
        {
            string address;
            await using (GcsEmulator emulator = await GcsEmulator.StartAsync(new GcsEmulatorOptions { LogFile = path }))
            {
                using var http = new HttpClient { BaseAddress = emulator.Endpoint };
                http.DefaultRequestHeaders.Authorization = new("Bearer", "hidden-token");
                HttpResponseMessage start = await http.PostAsync(
                    "upload/storage/v1/b/bucket/o?uploadType=resumable&name=a&key=hidden-key&access_token=hidden-token", null);
                string secret = start.Headers.Location!.Query.Split("upload_id=")[1];
                await http.PutAsync(start.Headers.Location, new StringContent("text"));
                address = await http.GetStringAsync("_emulator/log");
                Assert.That(address, Does.Not.Contain(secret).And.Not.Contain("hidden"));
            }

            string[] lines = await File.ReadAllLinesAsync(path);
            using (Assert.EnterMultipleScope())
            {
                Assert.That(lines, Has.Length.EqualTo(2));
                Assert.That(lines, Has.None.Contains("hidden"));
                Assert.That(lines, Has.None.Contains("upload_id"));
                Assert.That(JsonNode.Parse(address)!.AsArray(), Has.Count.EqualTo(2));
                Assert.That((string?)JsonNode.Parse(lines[1])!["operation"], Is.EqualTo("SessionData"));
                Assert.That((long?)JsonNode.Parse(lines[1])!["bytesUp"], Is.EqualTo(4));
            }
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Test]
    public async Task Clear_OverHttp_ForgetsTheEntries()
    {
        await InsertAsync("a", "text");
        await Http.DeleteAsync("_emulator/log");
        Assert.That(Emulator.Log.Entries, Is.Empty);
    }
}
