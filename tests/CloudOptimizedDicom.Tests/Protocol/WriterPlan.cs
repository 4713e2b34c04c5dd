namespace CloudOptimizedDicom.Tests.Protocol;

/// <summary>What a writer does: per session, the instances that it appends.</summary>
/// <param name="Mode">How it opens the series.</param>
/// <param name="Sessions">Number and version of each instance.</param>
/// <param name="RepeatsSync">Whether it tries a sync again that failed half-way.</param>
/// <param name="HandsOver">What whoever gets its ticket appends, at the end of each session; null where the lock is released.</param>
internal sealed record WriterPlan(
    CodMode Mode, IReadOnlyList<IReadOnlyList<(int Number, int Version)>> Sessions, bool RepeatsSync, IReadOnlyList<(int Number, int Version)>? HandsOver)
{
    public static WriterPlan Draw(Random random, CodMode mode) => new(
        mode,
        [.. Enumerable.Range(0, 1 + random.Next(2)).Select(_ => DrawInstances(random))],
        random.Next(2) == 0,
        random.Next(6) == 0 ? DrawInstances(random) : null);

    public override string ToString() =>
        $"{Mode} {string.Join(" then ", Sessions.Select(Describe))}{(HandsOver is null ? "" : $", ticket {Describe(HandsOver)}")}";

    private static string Describe(IEnumerable<(int Number, int Version)> session) =>
        string.Join('+', session.Select(instance => $"{instance.Number}.{instance.Version}"));

    private static IReadOnlyList<(int Number, int Version)> DrawInstances(Random random) =>
        [.. Enumerable.Range(0, 1 + random.Next(2)).Select(_ => (random.Next(SmallInstances.Uids), random.Next(SmallInstances.Versions)))];
}
