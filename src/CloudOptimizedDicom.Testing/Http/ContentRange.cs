using System.Globalization;
using System.Text.RegularExpressions;
using CloudOptimizedDicom.Testing.Objects;

namespace CloudOptimizedDicom.Testing.Http;

/// <summary>
/// The header <c>Content-Range</c> of a resumable upload (Cloud Storage, "Perform resumable uploads"): bytes of the object,
/// or none to ask how far it is, and the size of the whole, unless it is not known yet.
/// </summary>
internal sealed partial record ContentRange(long? First, long? Last, long? Total)
{
    public static ContentRange? Read(Exchange exchange)
    {
        string text = exchange.RequestHeaders.ContentRange.ToString();
        if (text.Length == 0)
        {
            return null;
        }

        Match match = Pattern().Match(text);
        return match.Success
            ? new ContentRange(Number(match, "first"), Number(match, "last"), Number(match, "total"))
            : throw GcsErrorException.Invalid($"Invalid Content-Range: {text}");
    }

    private static long? Number(Match match, string name) =>
        match.Groups[name].Success ? long.Parse(match.Groups[name].ValueSpan, CultureInfo.InvariantCulture) : null;

    [GeneratedRegex(@"^bytes (?:\*|(?<first>\d{1,18})-(?<last>\d{1,18}|\*))/(?:\*|(?<total>\d{1,18}))$")]
    private static partial Regex Pattern();
}
