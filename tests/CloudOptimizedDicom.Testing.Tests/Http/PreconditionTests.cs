using System.Text;

namespace CloudOptimizedDicom.Testing.Tests.Http;

// Cloud Storage, "Request preconditions": 412 for what does not match, 304 for what must not and does. What the page leaves
// open, an absent object under conditions, is 404 for all that needs one, as in Google's own storage-testbench.
internal sealed class PreconditionTests : EmulatorFixture
{
    private const string Live = "LIVE";
    private const string Other = "1";

    [TestCase("", 200)]
    [TestCase("ifGenerationMatch=LIVE", 200)]
    [TestCase("ifGenerationMatch=1", 412)]
    [TestCase("ifGenerationMatch=0", 412)]
    [TestCase("ifGenerationNotMatch=LIVE", 304)]
    [TestCase("ifGenerationNotMatch=1", 200)]
    [TestCase("ifMetagenerationMatch=1", 200)]
    [TestCase("ifMetagenerationMatch=2", 412)]
    [TestCase("ifMetagenerationNotMatch=1", 304)]
    [TestCase("ifMetagenerationNotMatch=2", 200)]
    [TestCase("generation=LIVE", 200)]
    [TestCase("generation=1", 404)]
    public async Task Get_ObjectUnderConditions_IsAnsweredAsTheyHold(string conditions, int expected)
    {
        long generation = await GenerationOfInsertAsync("a", "text");
        string query = conditions.Replace(Live, generation.ToString(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal);
        HttpResponseMessage get = await Http.GetAsync($"{UrlOf("a")}?{query}");
        HttpResponseMessage media = await Http.GetAsync($"{UrlOf("a")}?alt=media&{query}");
        using (Assert.EnterMultipleScope())
        {
            Assert.That((int)get.StatusCode, Is.EqualTo(expected));
            Assert.That((int)media.StatusCode, Is.EqualTo(expected));
        }
    }

    [TestCase("")]
    [TestCase("?ifGenerationMatch=17")]
    [TestCase("?ifGenerationMatch=0")]
    [TestCase("?ifGenerationNotMatch=17")]
    public async Task AnyMethod_AbsentObject_Is404WhateverTheConditions(string query)
    {
        HttpResponseMessage get = await Http.GetAsync(UrlOf("absent") + query);
        HttpResponseMessage delete = await Http.DeleteAsync(UrlOf("absent") + query);
        HttpResponseMessage patch = await Http.PatchAsync(UrlOf("absent") + query, new StringContent("{}"));
        using (Assert.EnterMultipleScope())
        {
            Assert.That((int)get.StatusCode, Is.EqualTo(404));
            Assert.That((int)delete.StatusCode, Is.EqualTo(404));
            Assert.That((int)patch.StatusCode, Is.EqualTo(404));
        }
    }

    [Test]
    public async Task Insert_MustNotExist_WritesOnlyOnce()
    {
        HttpResponseMessage first = await InsertAsync("a", "first", "&ifGenerationMatch=0");
        HttpResponseMessage second = await InsertAsync("a", "second", "&ifGenerationMatch=0");
        using (Assert.EnterMultipleScope())
        {
            Assert.That((int)first.StatusCode, Is.EqualTo(200));
            Assert.That((int)second.StatusCode, Is.EqualTo(412));
            Assert.That((string?)(await JsonOf(second))["error"]!["errors"]![0]!["reason"], Is.EqualTo("conditionNotMet"));
            Assert.That(ContentOf("a"), Is.EqualTo("first"));
        }
    }

    [TestCase("&ifGenerationMatch=17")]
    [TestCase("&ifGenerationNotMatch=0")]
    [TestCase("&ifMetagenerationMatch=1")]
    [TestCase("&ifMetagenerationNotMatch=1")]
    public async Task Insert_ConditionThatNeedsAnObject_FailsWithoutOne(string condition)
    {
        HttpResponseMessage answer = await InsertAsync("a", "text", condition);
        Assert.That((int)answer.StatusCode, Is.EqualTo(412));
        Assert.That(ContentOf("a"), Is.Null);
    }

    [Test]
    public async Task Delete_OtherGeneration_LeavesTheObject()
    {
        long generation = await GenerationOfInsertAsync("a", "text");
        HttpResponseMessage other = await Http.DeleteAsync($"{UrlOf("a")}?ifGenerationMatch={Other}");
        Assert.That(ContentOf("a"), Is.EqualTo("text"));
        HttpResponseMessage live = await Http.DeleteAsync($"{UrlOf("a")}?ifGenerationMatch={generation}");
        using (Assert.EnterMultipleScope())
        {
            Assert.That((int)other.StatusCode, Is.EqualTo(412));
            Assert.That((int)live.StatusCode, Is.EqualTo(204));
            Assert.That(ContentOf("a"), Is.Null);
        }
    }

    [Test]
    public async Task Rewrite_ConditionsOnBothEnds_AreBothLookedAt()
    {
        long source = await GenerationOfInsertAsync("a", "text");
        async Task<int> Rewrite(string query) => (int)(await Http.PostAsync(
            $"{UrlOf("a")}/rewriteTo/b/bucket/o/copy?{query}", new StringContent("", Encoding.UTF8, "application/json"))).StatusCode;

        using (Assert.EnterMultipleScope())
        {
            Assert.That(await Rewrite("ifSourceGenerationMatch=1"), Is.EqualTo(412));
            Assert.That(await Rewrite("ifGenerationMatch=17"), Is.EqualTo(412));
            Assert.That(await Rewrite("sourceGeneration=1"), Is.EqualTo(404));
            Assert.That(ContentOf("copy"), Is.Null);
            Assert.That(await Rewrite($"ifGenerationMatch=0&ifSourceGenerationMatch={source}"), Is.EqualTo(200));
            Assert.That(await Rewrite("ifGenerationMatch=0"), Is.EqualTo(412));
        }
    }

    [Test]
    public async Task Patch_OtherMetageneration_ChangesNothing()
    {
        await InsertAsync("a", "text");
        HttpResponseMessage answer = await Http.PatchAsync(
            $"{UrlOf("a")}?ifMetagenerationMatch=2", new StringContent("""{"metadata":{"k":"v"}}"""));
        Assert.That((int)answer.StatusCode, Is.EqualTo(412));
        Assert.That(Emulator.Core.Find("bucket", "a")!.Attributes.Metadata, Is.Empty);
    }
}
