namespace CloudOptimizedDicom.Tests.Protocol;

/// <summary>What must be possible after a crash.</summary>
internal static class CrashChecks
{
    /// <summary>A repair leads to one of the states that may follow, never behind what readers have seen already, and appends go on from there.</summary>
    public static async Task AssertRepairMendsAsync(
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
    public static async Task AssertWriteReplacesAsync(SeriesOperator @operator, CrashOperation operation, string place)
    {
        await @operator.BreakLockAsync();
        await @operator.TryAppendAsync(operation.File);
        await @operator.WriteAsync(operation.File);
        SeriesState written = await @operator.ReadAsync();
        Assert.That(written.IsReadable && written.Checksums?.Count == 1, $"{place}; then {written}");
        await @operator.RequireIntactAsync();
    }
}
