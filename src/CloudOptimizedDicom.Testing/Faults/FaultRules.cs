using CloudOptimizedDicom.Testing.Requests;

namespace CloudOptimizedDicom.Testing.Faults;

/// <summary>
/// The rules by which faults are injected. Every rule counts its own matches from when it was added; of several that take a
/// request, the first added wins. All members may be called from any thread.
/// </summary>
public sealed class FaultRules
{
    private readonly Lock _gate = new();
    private readonly List<ActiveRule> _rules = [];

    /// <summary>Adds a rule.</summary>
    /// <param name="rule">The rule.</param>
    public void Add(FaultRule rule)
    {
        ArgumentNullException.ThrowIfNull(rule);
        lock (_gate)
        {
            _rules.Add(new ActiveRule(rule));
        }
    }

    /// <summary>Removes all rules.</summary>
    public void Clear()
    {
        lock (_gate)
        {
            _rules.Clear();
        }
    }

    internal FaultAction? Decide(GcsOperation operation, string name)
    {
        FaultAction? action = null;
        lock (_gate)
        {
            foreach (ActiveRule active in _rules)
            {
                if (active.Takes(operation, name))
                {
                    action ??= active.Rule.Action;
                }
            }
        }

        return action;
    }

    private sealed class ActiveRule(FaultRule rule)
    {
#pragma warning disable CA5394 // A test wants the same numbers again, not secret ones.
        private readonly Random _random = new(rule.Seed);
        private int _matches;

        public FaultRule Rule => rule;

        public bool Takes(GcsOperation operation, string name)
        {
            if (!rule.Matches(operation, name))
            {
                return false;
            }

            _matches++;
            return (rule.AtMatch is not { } at || at == _matches)
                && (rule.EveryMatches is not { } every || _matches % every == 0)
                && (rule.Probability is not { } probability || _random.NextDouble() < probability);
        }
#pragma warning restore CA5394
    }
}
