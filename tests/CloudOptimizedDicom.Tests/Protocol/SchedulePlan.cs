namespace CloudOptimizedDicom.Tests.Protocol;

/// <summary>Who does what in a schedule, drawn by its seed.</summary>
internal sealed record SchedulePlan
{
    public SchedulePlan(Random random)
    {
        Origin = (SeriesOrigin)random.Next(4);
        HasBreaker = random.Next(2) == 0;
        Python = !HasBreaker && random.Next(3) == 0 ? WriterPlan.Draw(random, DrawMode(random)) : null;
        FaultShare = random.Next(3) switch { 0 => 0, 1 => 0.02, _ => 0.1 };
        Writers = [.. Enumerable.Range(0, 2 + random.Next(2)).Select(_ => WriterPlan.Draw(random, DrawMode(random)))];
        Readers = 1 + random.Next(2);
        HasRepairer = random.Next(3) == 0;
        HasDeleter = random.Next(4) == 0;
        OverridesEmptyLocks = HasBreaker && random.Next(3) == 0;
    }

    public SeriesOrigin Origin { get; }

    public bool HasBreaker { get; }

    /// <summary>How many of the requests go wrong, 0 to 1.</summary>
    public double FaultShare { get; }

    public IReadOnlyList<WriterPlan> Writers { get; }

    public WriterPlan? Python { get; }

    public int Readers { get; }

    /// <summary>Whether somebody repairs in the middle; where locks are broken, over the lock of whoever is at work.</summary>
    public bool HasRepairer { get; }

    public bool HasDeleter { get; }

    /// <summary>Whether writers take over any lock that names no instance, however young.</summary>
    public bool OverridesEmptyLocks { get; }

    /// <summary>Whether nobody ever takes an instance away.</summary>
    public bool OnlyAppends => Python is null && !HasDeleter && Writers.All(writer => writer.Mode == CodMode.Append);

    public override string ToString() =>
        $"{Origin}, breaker {HasBreaker}, faults {FaultShare}, {Readers} readers, repairer {HasRepairer}, deleter {HasDeleter}, overrides {OverridesEmptyLocks}, {string.Join(", ", Writers)}{(Python is null ? "" : $", Python {Python}")}";

    private static CodMode DrawMode(Random random) => random.Next(5) < 3 ? CodMode.Append : CodMode.Write;
}
