namespace CloudOptimizedDicom.Tests.Protocol;

/// <summary>Every operation that changes a series, broken off at every request in every way.</summary>
public sealed class CrashMatrixTests
{
    private static readonly CrashOperations Operations = new();

    internal static IEnumerable<string> Names => Operations.Names;

    [OneTimeTearDown]
    public static void DeleteFiles() => Operations.Dispose();

    [Test]
    public async Task Operation_BrokenOffAtAnyRequest_LeavesTheOldOrTheNewState(
        [ValueSource(nameof(Names))] string name,
        [Values(Verdict.Refuse, Verdict.Unavailable, Verdict.LoseBefore, Verdict.LoseAfter, Verdict.KillBefore)] Verdict verdict)
    {
        CrashOperation operation = Operations[name];
        SeriesState old;
        SeriesState @new;
        var clean = new FaultGate();
        using (var bench = await CrashBench.CreateAsync(operation, Operations.Directory))
        {
            old = await bench.Operator.ReadAsync();
            Assert.That(await bench.RunAsync(clean), Is.True);
            @new = await bench.Operator.ReadAsync();
        }

        for (int at = 1; at <= clean.Requests.Count; at++)
        {
            using var bench = await CrashBench.CreateAsync(operation, Operations.Directory);
            bool isDone = await bench.RunAsync(new FaultGate(at, verdict));
            SeriesState seen = await bench.Operator.ReadAsync();
            string place = $"{verdict} at request {at}, {clean.Requests[at - 1]}: {seen}";
            Assert.That(seen.Shows(@new) || (seen.Shows(old) && !isDone), place);
            Assert.That(seen.IsReadable || !(isDone || operation.KeepsOldReadable), place);
            await AssertRepairMendsAsync(bench.Operator, operation, seen, [.. isDone || operation.IsRepair ? [] : new[] { old }, @new], place);

            using var other = await CrashBench.CreateAsync(operation, Operations.Directory);
            await other.RunAsync(new FaultGate(at, verdict));
            await AssertWriteReplacesAsync(other.Operator, operation, place);
        }
    }

    /// <summary>A repair leads to one of the states that may follow, never behind what readers have seen already, and appends go on from there.</summary>
    private static async Task AssertRepairMendsAsync(
        SeriesOperator @operator, CrashOperation operation, SeriesState seen, SeriesState[] outcomes, string place)
    {
        RepairReport? report = await @operator.RepairAsync();
        Assert.That(report?.IsRefused, Is.Not.True, place);
        await @operator.RequireIntactAsync();
        SeriesState repaired = await @operator.ReadAsync();
        Assert.That(repaired.IsReadable && outcomes.Any(repaired.HasSameInstances), $"{place}; repaired: {repaired}");
        Assert.That(!seen.Shows(outcomes[^1]) || repaired.HasSameInstances(outcomes[^1]), $"{place}; repaired: {repaired}");
        Assert.That(await @operator.TryAppendAsync(operation.File), $"{place}; repaired: {repaired}");
        SeriesState appended = await @operator.ReadAsync();
        Assert.That(
            appended.IsReadable && appended.Checksums!.Count == (repaired.Checksums?.Count ?? 0) + 1 && (repaired.Checksums ?? []).All(appended.Checksums.Contains),
            $"{place}; appended: {appended}");
        await @operator.RequireIntactAsync();
    }

    /// <summary>Where the lock is only removed, an append may be refused, but not spoil anything; writing anew succeeds.</summary>
    private static async Task AssertWriteReplacesAsync(SeriesOperator @operator, CrashOperation operation, string place)
    {
        await @operator.BreakLockAsync();
        await @operator.TryAppendAsync(operation.File);
        await @operator.WriteAsync(operation.File);
        SeriesState written = await @operator.ReadAsync();
        Assert.That(written.IsReadable && written.Checksums?.Count == 1, $"{place}; then {written}");
        await @operator.RequireIntactAsync();
    }
}
