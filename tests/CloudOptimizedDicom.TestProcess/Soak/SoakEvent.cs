using System.Globalization;

namespace CloudOptimizedDicom.TestProcess.Soak;

/// <summary>One line that a process of a soak writes to its parent.</summary>
/// <param name="Kind">What it says.</param>
/// <param name="Time">When, by the clock that all processes of a machine share.</param>
/// <param name="Operation">Which of its operations it speaks of.</param>
/// <param name="Series">Which series.</param>
/// <param name="Numbers">Numbers, as the kind says.</param>
/// <param name="Text">More in words; empty for nothing.</param>
internal sealed record SoakEvent(SoakEventKind Kind, long Time, int Operation, int Series, IReadOnlyList<int> Numbers, string Text)
{
    private const string End = "\t.";

    /// <summary>Reads a line; null for one that its process was killed in, and so has not said.</summary>
    public static SoakEvent? Parse(string line)
    {
        if (!line.EndsWith(End, StringComparison.Ordinal))
        {
            return null;
        }

        string[] parts = line.Split('\t');
        return new SoakEvent(
            Enum.Parse<SoakEventKind>(parts[0]),
            long.Parse(parts[1], CultureInfo.InvariantCulture),
            int.Parse(parts[2], CultureInfo.InvariantCulture),
            int.Parse(parts[3], CultureInfo.InvariantCulture),
            [.. parts[4].Split(',', StringSplitOptions.RemoveEmptyEntries).Select(number => int.Parse(number, CultureInfo.InvariantCulture))],
            parts[5]);
    }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{Kind}\t{Time}\t{Operation}\t{Series}\t{string.Join(',', Numbers)}\t{Text.ReplaceLineEndings(" | ").Replace('\t', ' ')}{End}");
}
