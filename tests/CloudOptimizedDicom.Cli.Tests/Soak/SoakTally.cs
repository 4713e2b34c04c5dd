namespace CloudOptimizedDicom.Cli.Tests.Soak;

/// <summary>What was done in a soak, for its report.</summary>
internal sealed class SoakTally
{
    private readonly Dictionary<string, int> _counts = [];

    public void Add(string what, int count = 1)
    {
        lock (_counts)
        {
            _counts[what] = _counts.GetValueOrDefault(what) + count;
        }
    }

    public override string ToString()
    {
        lock (_counts)
        {
            return string.Join(", ", _counts.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Value} {pair.Key}"));
        }
    }
}
