using System.Text.Json.Nodes;

namespace CloudOptimizedDicom.Testing.Tests.Http;

internal sealed class ListTests : EmulatorFixture
{
    private const string Url = "storage/v1/b/bucket/o";

    [TestCase("", "a a/ a/b a/c/d b ü \uFF61 😀", "")]
    [TestCase("prefix=a", "a a/ a/b a/c/d", "")]
    [TestCase("delimiter=/", "a b ü \uFF61 😀", "a/")]
    [TestCase("delimiter=/&prefix=a/", "a/ a/b", "a/c/")]
    [TestCase("delimiter=/&includeTrailingDelimiter=true", "a a/ b ü \uFF61 😀", "a/")]
    [TestCase("startOffset=a/b&endOffset=b", "a/b a/c/d", "")]
    public async Task List_Query_GivesNamesInTheOrderOfTheirBytes(string query, string items, string prefixes)
    {
        await InsertAllAsync();
        JsonObject page = await JsonOf(await Http.GetAsync($"{Url}?{query}"));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(NamesOf(page), Is.EqualTo(items.Split(' ')));
            Assert.That(PrefixesOf(page), Is.EqualTo(prefixes.Split(' ', StringSplitOptions.RemoveEmptyEntries)));
        }
    }

    [TestCase("", 1)]
    [TestCase("", 3)]
    [TestCase("&delimiter=/", 1)]
    [TestCase("&delimiter=/", 2)]
    public async Task List_InPages_GivesTheSameAsAtOnce(string query, int maxResults)
    {
        await InsertAllAsync();
        JsonObject whole = await JsonOf(await Http.GetAsync($"{Url}?maxResults=1000{query}"));
        List<string> names = [];
        List<string> prefixes = [];
        string? token = "";
        while (token is not null)
        {
            JsonObject page = await JsonOf(await Http.GetAsync($"{Url}?maxResults={maxResults}{query}&pageToken={Uri.EscapeDataString(token)}"));
            Assert.That(NamesOf(page).Length + PrefixesOf(page).Length, Is.InRange(1, maxResults));
            names.AddRange(NamesOf(page));
            prefixes.AddRange(PrefixesOf(page));
            token = (string?)page["nextPageToken"];
        }

        Assert.That(names, Is.EqualTo(NamesOf(whole)));
        Assert.That(prefixes, Is.EqualTo(PrefixesOf(whole)));
    }

    [TestCase("items(name,size),nextPageToken", """{"nextPageToken":"YQ==","items":[{"name":"a","size":"1"}]}""")]
    [TestCase("items/name", """{"items":[{"name":"a"}]}""")]
    [TestCase("kind", """{"kind":"storage#objects"}""")]
    [TestCase("*(name)", """{"kind":"storage#objects","nextPageToken":"YQ==","items":[{"name":"a"}]}""")]
    public async Task List_Fields_GivesOnlyThose(string fields, string expected)
    {
        await InsertAllAsync();
        JsonObject page = await JsonOf(await Http.GetAsync($"{Url}?maxResults=1&fields={fields}"));
        JsonNode wanted = JsonNode.Parse(expected)!;
        Assert.That(JsonNode.DeepEquals(page, wanted), Is.True, page.ToJsonString());
        Assert.That(NamesOf(page), Is.EqualTo(NamesOf(wanted.AsObject())));
    }

    [Test]
    public async Task List_BadPageToken_IsRefused() =>
        Assert.That((int)(await Http.GetAsync($"{Url}?pageToken=!")).StatusCode, Is.EqualTo(400));

    private async Task InsertAllAsync()
    {
        foreach (string name in (string[])["😀", "a", "a/", "a/b", "a/c/d", "b", "\uFF61", "ü"])
        {
            await InsertAsync(name, "1");
        }
    }

    private static string[] NamesOf(JsonObject page) => [.. page["items"]?.AsArray().Select(item => (string)item!["name"]!) ?? []];

    private static string[] PrefixesOf(JsonObject page) => [.. page["prefixes"]?.AsArray().Select(prefix => (string)prefix!) ?? []];
}
