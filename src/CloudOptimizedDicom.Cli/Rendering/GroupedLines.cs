using System.Globalization;

namespace CloudOptimizedDicom.Cli.Rendering;

/// <summary>Things of several kinds as lines for people: one each, or one for all of a kind when they are many.</summary>
internal static class GroupedLines
{
    private const int MaxLinesOfAKind = 20;
    private const int MaxNamed = 3;

    /// <summary>The lines, kinds in the order in which they first occur.</summary>
    public static IEnumerable<string> Of<T>(IEnumerable<T> things, Func<T, string> kind, Func<T, string> subject, Func<T, string> message)
    {
        foreach (IGrouping<string, T> group in things.GroupBy(kind, StringComparer.Ordinal))
        {
            T[] all = [.. group];
            if (all.Length <= MaxLinesOfAKind)
            {
                foreach (T thing in all)
                {
                    yield return message(thing).Length == 0 ? $"{group.Key}: {subject(thing)}" : $"{group.Key}: {subject(thing)}: {message(thing)}";
                }
            }
            else
            {
                string named = string.Join(", ", all.Take(MaxNamed).Select(subject));
                yield return string.Create(
                    CultureInfo.InvariantCulture, $"{group.Key}: {all.Length:N0} times: {named} and {all.Length - MaxNamed:N0} more (--json names all)");
            }
        }
    }

    /// <summary>What a verification found.</summary>
    public static IEnumerable<string> Of(IEnumerable<IntegrityFinding> findings) =>
        Of(findings, finding => $"{NameOf(finding.Class)} {finding.Kind}", finding => finding.Subject, finding => finding.Message);

    /// <summary>What a repair does.</summary>
    public static IEnumerable<string> Of(IEnumerable<RepairAction> actions) =>
        Of(actions, action => action.Kind.ToString(), action => action.Subject, action => action.Message);

    public static string NameOf(IntegrityClass findingClass) => findingClass switch
    {
        IntegrityClass.Damage => "damage",
        IntegrityClass.Deviation => "deviation",
        _ => "note",
    };
}
