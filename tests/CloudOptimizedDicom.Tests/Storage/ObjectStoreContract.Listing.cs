using System.Text;
using CloudOptimizedDicom.Storage;

namespace CloudOptimizedDicom.Tests.Storage;

public abstract partial class ObjectStoreContract
{
    private const string SeriesNamesText = "all of them";

    private static readonly string[] SeriesNames =
    [
        "p/studies/1/series/2.tar", "p/studies/1/series/2/.gradient.lock", "p/studies/1/series/2/metadata.json",
        "p/studies/1/series/3.tar", "p/studies/10/series/4.tar", "p/studies/10/series/4/metadata.json",
    ];

    [TestCase("", "", SeriesNamesText)]
    [TestCase("", "/", "p/")]
    [TestCase("p/", "/", "p/studies/")]
    [TestCase("p/studies/", "/", "p/studies/1/ p/studies/10/")]
    [TestCase("p/studies/1", "/", "p/studies/1/ p/studies/10/")]
    [TestCase("p/studies/1/series/", "/", "p/studies/1/series/2.tar p/studies/1/series/2/ p/studies/1/series/3.tar")]
    [TestCase("p/studies/1/series/2", "", "p/studies/1/series/2.tar p/studies/1/series/2/.gradient.lock p/studies/1/series/2/metadata.json")]
    [TestCase("p/studies/1/series/3.tar", "/", "p/studies/1/series/3.tar")]
    [TestCase("p/studies/", "series", "p/studies/1/series p/studies/10/series")]
    [TestCase("p/studies/2", "/", "")]
    [TestCase("p//", "/", "")]
    [TestCase("../", "", "")]
    [TestCase("/", "", "")]
    public async Task List_PrefixAndDelimiter_SelectAndFold(string prefix, string delimiter, string expected)
    {
        foreach (string name in SeriesNames)
        {
            await Store.WriteAsync(name);
        }

        string[] names = expected == SeriesNamesText ? SeriesNames : expected.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        Assert.That(await Store.ListNamesAsync(prefix, delimiter), Is.EqualTo(names));
    }

    [Test]
    public async Task List_ObjectAndFoldedPrefix_AreToldApart()
    {
        ObjectInfo written = await Store.WriteAsync("folder/a", "12345");
        await Store.WriteAsync("folder/b/c");
        List<ObjectListEntry> entries = await Store.ListAsync("folder/", "/").ToListAsync();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(entries.Select(entry => entry.Name), Is.EqualTo(new[] { "folder/a", "folder/b/" }));
            Assert.That(entries[0].Object?.Generation, Is.EqualTo(written.Generation));
            Assert.That(entries[0].Object?.SizeBytes, Is.EqualTo(5));
            Assert.That(entries[0].Object?.Crc32c, Is.EqualTo(written.Crc32c));
            Assert.That(entries[1].Object, Is.Null);
        }
    }

    [Test]
    public async Task List_Names_AreInTheOrderOfTheirUtf8Bytes()
    {
        string[] names = ["a/b", "a-b", "a.b", "a0", "B", "b", "ä", "\uFF5E", "😀", "a b", "a/c/d", "a/c-d", "a/c.d"];
        foreach (string name in names)
        {
            await Store.WriteAsync(name);
        }

        IEnumerable<string> expected = names.OrderBy(name => Convert.ToHexString(Encoding.UTF8.GetBytes(name)), StringComparer.Ordinal);
        Assert.That(await Store.ListNamesAsync(), Is.EqualTo(expected));
    }

    [Test]
    public async Task List_MoreThanAPage_IsWhole()
    {
        string[] names = [.. Enumerable.Range(0, 1100).Select(i => $"many/{i / 50:00}/{i:0000}")];
        await Parallel.ForEachAsync(
            names, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (name, _) => await Store.WriteAsync(name));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(await Store.ListNamesAsync("many/"), Is.EqualTo(names));
            Assert.That(await Store.ListNamesAsync("many/", "/"), Has.Count.EqualTo(22));
        }
    }

    [Test]
    public async Task List_CancelledOnTheWay_Ends()
    {
        await Store.WriteAsync("a");
        await Store.WriteAsync("b");
        using var cancellation = new CancellationTokenSource();
        await using var entries = Store.ListAsync("", "", cancellation.Token).GetAsyncEnumerator(CancellationToken.None);
        Assert.That(await entries.MoveNextAsync());
        await cancellation.CancelAsync();
        Assert.That(async () => await entries.MoveNextAsync(), Throws.InstanceOf<OperationCanceledException>());
    }
}
