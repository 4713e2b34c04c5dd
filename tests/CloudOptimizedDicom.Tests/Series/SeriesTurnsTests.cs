namespace CloudOptimizedDicom.Tests.Series;

public sealed class SeriesTurnsTests
{
    private static readonly SeriesId One = new("9", "9.1");
    private static readonly SeriesId Two = new("9", "9.2");

    [Test]
    public async Task Run_SameSeries_WaitsForTheOneBefore()
    {
        var turns = new SeriesTurns();
        var gate = new TaskCompletionSource();
        bool hasBegun = false;
        Task<int> first = turns.RunAsync(One, async () =>
        {
            await gate.Task;
            return 1;
        });
        Task<int> second = turns.RunAsync(One, () =>
        {
            hasBegun = true;
            return Task.FromResult(2);
        });
        Task<int> other = turns.RunAsync(Two, () => Task.FromResult(3));
        Assert.That((await other, hasBegun), Is.EqualTo((3, false)));
        gate.SetResult();
        Assert.That((await first, await second), Is.EqualTo((1, 2)));
    }

    [Test]
    public async Task Run_BehindOneThatFailed_Runs()
    {
        var turns = new SeriesTurns();
        Task<int> failed = turns.RunAsync<int>(One, () => throw new IOException("gone"));
        Assert.ThrowsAsync<IOException>(() => failed);
        Assert.That(await turns.RunAsync(One, () => Task.FromResult(2)), Is.EqualTo(2));
    }
}
