using System.Buffers;

namespace CloudOptimizedDicom;

/// <summary>
/// What of a value from outside stands in a message. A damaged length makes a value swallow its neighbours, names of patients
/// among them, so a UID is shown only if it is one.
/// </summary>
internal static class ShownText
{
    /// <summary>More of a value is never shown.</summary>
    public const int MaxCharacters = 64;

    private static readonly SearchValues<char> UidCharacters = SearchValues.Create("0123456789.");

    /// <summary>A UID: digits and dots; of anything else how long it is.</summary>
    public static string Uid(string? text) => text switch
    {
        null or "" => "none",
        { Length: <= DicomUid.MaxLength } when text.Contains('.', StringComparison.Ordinal) && !text.AsSpan().ContainsAnyExcept(UidCharacters) => text,
        _ => $"{text.Length} characters that are no UID",
    };

    /// <summary>What something is stored under, which may be a hash; of what cannot name anything how long it is.</summary>
    public static string Name(string? text) => DicomUid.IsSafeName(text) ? text : Uid(text);

    /// <summary>The beginning of a text that does not come from a data set, without secrets and control characters.</summary>
    public static string Text(string text)
    {
        string redacted = RedactedUri.RedactText(text);
        string shown = string.Concat(redacted.Take(MaxCharacters).Select(c => char.IsControl(c) || char.IsSurrogate(c) ? '?' : c));
        return redacted.Length > MaxCharacters ? shown + "…" : shown;
    }
}
