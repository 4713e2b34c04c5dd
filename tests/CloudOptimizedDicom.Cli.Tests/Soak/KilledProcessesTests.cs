using CloudOptimizedDicom.Tests;

namespace CloudOptimizedDicom.Cli.Tests.Soak;

/// <summary>
/// Writers, readers, repairs and stolen locks on the same series, in processes of which some are killed (SIGKILL) in each round:
/// what was acknowledged is there afterwards, and no other byte is ever given out.
/// </summary>
[CancelAfter(600_000)]
public sealed class KilledProcessesTests
{
    private static readonly int RoundsEach = LongRun.Count(4, 10);

    private readonly SoakTally _tally = new();

    private static IEnumerable<int> DirectorySeeds => Enumerable.Range(1, LongRun.Count(1, 50));

    private static IEnumerable<int> BucketSeeds => Enumerable.Range(1001, LongRun.Count(1, 10));

    [OneTimeTearDown]
    public void Report() => TestContext.Progress.WriteLine($"{nameof(KilledProcessesTests)}: {_tally}");

    [TestCaseSource(nameof(DirectorySeeds))]
    public Task Directory_RoundsOfKills_LoseNothing(int seed, CancellationToken cancellationToken) => RunAsync(isBucket: false, seed, cancellationToken);

    [TestCaseSource(nameof(BucketSeeds))]
    public Task Bucket_RoundsOfKills_LoseNothing(int seed, CancellationToken cancellationToken) => RunAsync(isBucket: true, seed, cancellationToken);

    private async Task RunAsync(bool isBucket, int seed, CancellationToken cancellationToken)
    {
        await using SoakPlace place = await SoakPlace.CreateAsync(isBucket, cancellationToken);
        await using var bench = new SoakBench(place, new Random(seed), _tally);
        for (int round = 1; round <= RoundsEach; round++)
        {
            await bench.RunRoundAsync($"seed {seed}, round {round}", cancellationToken);
        }

        await bench.EndAsync(cancellationToken);
    }
}
