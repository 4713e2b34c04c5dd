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
            await CrashChecks.AssertRepairMendsAsync(bench.Operator, operation, seen, [.. isDone || operation.IsRepair ? [] : new[] { old }, @new], place);

            using var other = await CrashBench.CreateAsync(operation, Operations.Directory);
            await other.RunAsync(new FaultGate(at, verdict));
            await CrashChecks.AssertWriteReplacesAsync(other.Operator, operation, place);
        }
    }
}
