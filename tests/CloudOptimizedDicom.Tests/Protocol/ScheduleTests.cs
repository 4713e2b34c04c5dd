using System.Collections.Concurrent;
using CloudOptimizedDicom.Storage.GoogleCloud;
using CloudOptimizedDicom.Testing;
using CloudOptimizedDicom.Testing.Faults;
using CloudOptimizedDicom.Testing.Objects;
using CloudOptimizedDicom.Testing.Requests;
using CloudOptimizedDicom.Tests.Storage;

namespace CloudOptimizedDicom.Tests.Protocol;

/// <summary>Writers, readers, faults and broken locks in every order that a seed can draw: no rule of the protocol is ever broken.</summary>
public sealed class ScheduleTests
{
    private const int UploadsPerLostAnswer = 5;
    private const int FailuresShown = 3;

    private static readonly int Schedules = LongRun.Count(ci: 10_000, @long: 1_000_000);
    private static readonly int SchedulesOverHttp = LongRun.Count(ci: 100, @long: 10_000);

    private SmallInstances _instances = null!;
    private SeriesImage _image = null!;

    [OneTimeSetUp]
    public async Task BuildInstancesAsync()
    {
        _instances = new SmallInstances(new SeriesId("1.2.826.0.1.3680043.8.498.7012.1", "1.2.826.0.1.3680043.8.498.7012.1.1"));
        _image = await SeriesImage.BuildAsync(_instances, [_instances.Path(0, 0), _instances.Path(1, 0)]);
    }

    [OneTimeTearDown]
    public void DeleteInstances() => _instances.Dispose();

    [Test]
    public Task Series_AnySchedule_KeepsTheRules() => RunAllAsync(Enumerable.Range(1, Schedules), RunAsync);

    /// <summary>Answers to uploads are lost on top, so that the store itself has to know its uploads again.</summary>
    [Test]
    public async Task Series_AnyScheduleOverHttp_KeepsTheRules()
    {
        await using GcsEmulator emulator = await GcsEmulator.StartAsync();
        emulator.Faults.Add(new FaultRule { Operation = GcsOperation.Insert, Action = FaultAction.DropAfter, EveryMatches = UploadsPerLostAnswer });
        await RunAllAsync(Enumerable.Range(1, SchedulesOverHttp), async seed =>
        {
            string bucket = emulator.Core.CreateBucket($"schedule-{seed}").Name;
            await using var store = new GcsObjectStore(bucket, new GcsObjectStoreOptions
            {
                Endpoint = emulator.Endpoint,
                InitialBackoff = TimeSpan.FromMilliseconds(1),
            });
            return await Schedule.RunAsync(seed, new ScheduleBench(_instances, _image, emulator.Core, bucket, store, Clock: null));
        });
    }

    [Test]
    public async Task Schedule_SameSeed_HasTheSameTrace([Range(1, 60)] int seed)
    {
        IReadOnlyList<string> trace = await RunAsync(seed);
        Assert.That(await RunAsync(seed), Is.EqualTo(trace));
    }

    /// <summary>To follow one that was found, put its seed here: the trace is written in full.</summary>
    [TestCase(1)]
    public async Task Schedule_OneSeed_KeepsTheRules(int seed) =>
        await TestContext.Out.WriteLineAsync(string.Join('\n', await RunAsync(seed)));

    private async Task<IReadOnlyList<string>> RunAsync(int seed)
    {
        const string Bucket = "bucket";
        var clock = new ManualTimeProvider(DateTimeOffset.UnixEpoch.AddYears(50));
        using var core = new GcsObjectCore(new GcsObjectCoreOptions { TimeProvider = clock });
        return await Schedule.RunAsync(seed, new ScheduleBench(_instances, _image, core, Bucket, new CoreObjectStore(core, Bucket), clock));
    }

    private static async Task RunAllAsync(IEnumerable<int> seeds, Func<int, Task<IReadOnlyList<string>>> run)
    {
        var failures = new ConcurrentBag<ScheduleFailedException>();
        var limits = new ConcurrentBag<(string Limit, int Seed)>();
        await Parallel.ForEachAsync(seeds, async (seed, _) =>
        {
            try
            {
                if ((await run(seed))[^1] is { } last && last.StartsWith(History.KnownLimit, StringComparison.Ordinal))
                {
                    limits.Add((last, seed));
                }
            }
            catch (ScheduleFailedException failure)
            {
                failures.Add(failure);
            }
        });
        foreach (IGrouping<string, (string Limit, int Seed)> limit in limits.GroupBy(limit => limit.Limit))
        {
            await TestContext.Out.WriteLineAsync($"{limit.Key}: {limit.Count()} schedules, the first is seed {limit.Min(of => of.Seed)}");
        }

        IEnumerable<string> rules = failures.GroupBy(failure => failure.Rule)
            .Select(rule => $"{rule.Key}: {rule.Count()} schedules, the first is seed {rule.Min(failure => failure.Seed)}");
        IEnumerable<string> first = failures.GroupBy(failure => failure.Rule).Select(rule => rule.MinBy(failure => failure.Seed)!.Message);
        Assert.That(limits, Has.Count.LessThan(1 + (seeds.Count() / 100)), "what is excused is to be rare");
        Assert.That(string.Join("\n\n", rules.Concat(first.Take(FailuresShown))), Is.Empty);
    }
}
