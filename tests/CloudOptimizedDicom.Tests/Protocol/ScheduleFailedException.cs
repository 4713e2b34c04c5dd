namespace CloudOptimizedDicom.Tests.Protocol;

/// <summary>A schedule has broken a rule; the message has all that it takes to follow it.</summary>
internal sealed class ScheduleFailedException(int seed, SchedulePlan plan, IEnumerable<string> trace, Exception rule)
    : Exception($"Seed {seed}: {rule.Message}\n{plan}\n{string.Join('\n', trace)}\n{(rule is RuleViolatedException ? "" : rule)}", rule)
{
    public int Seed => seed;

    /// <summary>What was broken.</summary>
    public string Rule { get; } = rule is RuleViolatedException ? rule.Message : $"an actor ended with {rule.GetType().Name}";
}
