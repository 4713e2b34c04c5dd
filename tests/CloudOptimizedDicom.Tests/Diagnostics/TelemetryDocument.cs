using System.Text.RegularExpressions;

namespace CloudOptimizedDicom.Tests.Diagnostics;

/// <summary>The tables of <c>docs/TELEMETRY.md</c>.</summary>
internal static partial class TelemetryDocument
{
    private static readonly string[] Lines = File.ReadAllLines(Path.Combine(Repository.Root, "docs", "TELEMETRY.md"));

    /// <summary>Name, kind, unit, tags and when.</summary>
    public static IReadOnlyList<string[]> Instruments { get; } = ReadTable("## Instruments");

    /// <summary>Name, tags and when.</summary>
    public static IReadOnlyList<string[]> Spans { get; } = ReadTable("## Spans");

    /// <summary>The names of tags in a cell; the values have no point in them, or are no name.</summary>
    public static string[] TagsOf(string cell) => [.. Tag().Matches(cell).Select(match => match.Groups[1].Value)];

    private static string[][] ReadTable(string heading) =>
    [
        .. Lines.SkipWhile(line => line != heading)
            .SkipWhile(line => !line.StartsWith('|'))
            .TakeWhile(line => line.StartsWith('|'))
            .Skip(2)
            .Select(line => (string[])[.. line.Trim('|').Split('|').Select(cell => cell.Trim())]),
    ];

    [GeneratedRegex("`((?:cod|network|http|error)\\.[a-z_.]+)`")]
    private static partial Regex Tag();
}
