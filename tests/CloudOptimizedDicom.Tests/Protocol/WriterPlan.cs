namespace CloudOptimizedDicom.Tests.Protocol;

/// <summary>What a writer does: per session, the instances that it appends.</summary>
/// <param name="Mode">How it opens the series.</param>
/// <param name="Sessions">Number and version of each instance.</param>
/// <param name="RepeatsSync">Whether it tries a sync again that failed half-way.</param>
internal sealed record WriterPlan(CodMode Mode, IReadOnlyList<IReadOnlyList<(int Number, int Version)>> Sessions, bool RepeatsSync)
{
    public static WriterPlan Draw(Random random, CodMode mode) => new(
        mode,
        [.. Enumerable.Range(0, 1 + random.Next(2)).Select(_ => (IReadOnlyList<(int, int)>)
        [
            .. Enumerable.Range(0, 1 + random.Next(2)).Select(_ => (random.Next(SmallInstances.Uids), random.Next(SmallInstances.Versions))),
        ])],
        random.Next(2) == 0);

    public override string ToString() =>
        $"{Mode} {string.Join(" then ", Sessions.Select(session => string.Join('+', session.Select(instance => $"{instance.Number}.{instance.Version}"))))}";
}
