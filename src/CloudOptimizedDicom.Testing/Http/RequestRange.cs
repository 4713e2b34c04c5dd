using System.Globalization;
using System.Text.RegularExpressions;

namespace CloudOptimizedDicom.Testing.Http;

/// <summary>The header <c>Range</c> with one range (RFC 9110, section 14.2). Anything else in it is ignored, as is allowed.</summary>
internal sealed partial record RequestRange
{
    private readonly long? _first;
    private readonly long? _last;

    private RequestRange(long? first, long? last) => (_first, _last) = (first, last);

    public static RequestRange? Parse(string text)
    {
        Match match = Pattern().Match(text);
        if (!match.Success)
        {
            return null;
        }

        var range = new RequestRange(Number(match.Groups["first"]), Number(match.Groups["last"]));
        return (range._first ?? range._last) is null || range._last < range._first ? null : range;
    }

    /// <summary>The first byte and the one behind the last; not in order when there are none.</summary>
    public (long First, long End) Within(long size) => _first is { } first
        ? (first, _last is { } last ? Math.Min(last + 1, size) : size)
        : (Math.Max(0, size - _last!.Value), size);

    private static long? Number(Group group) => group.Length > 0 ? long.Parse(group.ValueSpan, CultureInfo.InvariantCulture) : null;

    [GeneratedRegex(@"^bytes=(?<first>\d{0,18})-(?<last>\d{0,18})$")]
    private static partial Regex Pattern();
}
