using System.Text.Json.Nodes;

namespace CloudOptimizedDicom.Testing.Tests.Http;

internal sealed class ObjectTests : EmulatorFixture
{
    [Test]
    public async Task Get_Fields_GivesOnlyThose()
    {
        await InsertAsync("a", "text");
        Assert.That(await Http.GetStringAsync($"{UrlOf("a")}?fields=name"), Is.EqualTo("""{"name":"a"}"""));
    }

    [TestCase("noAcl", false)]
    [TestCase("full", true)]
    public async Task Get_Projection_SaysWhetherThereAreAccessControls(string projection, bool expected)
    {
        await InsertAsync("a", "text");
        JsonObject info = await JsonOf(await Http.GetAsync($"{UrlOf("a")}?projection={projection}"));
        Assert.That(info.ContainsKey("acl"), Is.EqualTo(expected));
    }

    [Test]
    public async Task Patch_SomeMembers_ChangesThoseAndTheMetageneration()
    {
        long generation = await GenerationOfInsertAsync("a", "text");
        await Http.PatchAsync(UrlOf("a"), new StringContent("""{"metadata":{"k":"1","l":"2"},"contentType":"x/y"}"""));
        Clock.Advance(TimeSpan.FromSeconds(1));
        JsonObject info = await JsonOf(await Http.PatchAsync(UrlOf("a"), new StringContent("""{"metadata":{"k":null,"m":"3"}}""")));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(info["metadata"]!.ToJsonString(), Is.EqualTo("""{"l":"2","m":"3"}"""));
            Assert.That((string?)info["contentType"], Is.EqualTo("x/y"));
            Assert.That((string?)info["metageneration"], Is.EqualTo("3"));
            Assert.That((string?)info["generation"], Is.EqualTo($"{generation}"));
            Assert.That((string?)info["updated"], Is.EqualTo("2026-03-04T05:06:08.000Z"));
            Assert.That((string?)info["timeCreated"], Is.EqualTo("2026-03-04T05:06:07.000Z"));
            Assert.That(ContentOf("a"), Is.EqualTo("text"));
        }
    }

    [Test]
    public async Task Put_Description_ReplacesAllOfIt()
    {
        await InsertAsync("a", "text");
        await Http.PatchAsync(UrlOf("a"), new StringContent("""{"metadata":{"k":"1"},"cacheControl":"private"}"""));
        JsonObject info = await JsonOf(await Http.PutAsync(UrlOf("a"), new StringContent("""{"contentType":"x/y"}""")));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(info.ContainsKey("metadata"), Is.False);
            Assert.That(info.ContainsKey("cacheControl"), Is.False);
            Assert.That((string?)info["contentType"], Is.EqualTo("x/y"));
        }
    }

    [TestCase("rewriteTo", "", "v")]
    [TestCase("copyTo", "", "v")]
    [TestCase("rewriteTo", """{"metadata":{"k":"new"}}""", "new")]
    public async Task Copy_Object_HasTheBytesAndItsOwnGeneration(string verb, string body, string expected)
    {
        long generation = await GenerationOfInsertAsync("a/ü", "text");
        await Http.PatchAsync(UrlOf("a/ü"), new StringContent("""{"metadata":{"k":"v"}}"""));
        JsonObject answer = await JsonOf(await Http.PostAsync($"{UrlOf("a/ü")}/{verb}/b/bucket/o/b%2F%C3%BC", new StringContent(body)));
        JsonObject info = verb == "copyTo" ? answer : answer["resource"]!.AsObject();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(ContentOf("b/ü"), Is.EqualTo("text"));
            Assert.That((string?)info["metadata"]!["k"], Is.EqualTo(expected));
            Assert.That(Emulator.Core.Find("bucket", "b/ü")!.Generation, Is.GreaterThan(generation));
            Assert.That((bool?)answer["done"], Is.EqualTo(verb == "rewriteTo" ? true : null));
        }
    }

    [Test]
    public async Task Buckets_OnDemand_AreMadeWhenNamed()
    {
        await InsertAsync("a", "text");
        JsonObject made = await JsonOf(await Http.PostAsync("storage/v1/b?project=p", new StringContent("""{"name":"other"}""")));
        JsonObject all = await JsonOf(await Http.GetAsync("storage/v1/b?project=p"));
        HttpResponseMessage again = await Http.PostAsync("storage/v1/b?project=p", new StringContent("""{"name":"other"}"""));
        using (Assert.EnterMultipleScope())
        {
            Assert.That((string?)made["name"], Is.EqualTo("other"));
            Assert.That(all["items"]!.AsArray().Select(bucket => (string?)bucket!["name"]), Is.EqualTo(["bucket", "other"]));
            Assert.That((int)(await Http.GetAsync("storage/v1/b/third")).StatusCode, Is.EqualTo(200));
            Assert.That((int)again.StatusCode, Is.EqualTo(409));
        }
    }

    [Test]
    public async Task Buckets_Listed_AreTheOnlyOnes()
    {
        await using GcsEmulator emulator = await GcsEmulator.StartAsync(new GcsEmulatorOptions { Buckets = ["known"] });
        using var http = new HttpClient { BaseAddress = emulator.Endpoint };
        const string Upload = "upload/storage/v1/b/{0}/o?uploadType=media&name=a";
        using (Assert.EnterMultipleScope())
        {
            Assert.That((int)(await http.PostAsync(Upload.Replace("{0}", "known", StringComparison.Ordinal), null)).StatusCode, Is.EqualTo(200));
            Assert.That((int)(await http.PostAsync(Upload.Replace("{0}", "other", StringComparison.Ordinal), null)).StatusCode, Is.EqualTo(404));
            Assert.That((int)(await http.GetAsync("storage/v1/b/other")).StatusCode, Is.EqualTo(404));
            Assert.That((int)(await http.GetAsync("storage/v1/b/other/o")).StatusCode, Is.EqualTo(404));
        }
    }

    [TestCase("storage/v1/x")]
    [TestCase("")]
    public async Task Get_UnknownAddress_Is404(string url) =>
        Assert.That((int)(await Http.GetAsync(url)).StatusCode, Is.EqualTo(404));
}
