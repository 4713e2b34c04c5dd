using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace CloudOptimizedDicom;

/// <summary>Rules for unique identifiers.</summary>
public static class DicomUid
{
    /// <summary>The longest UID that the standard allows, in characters.</summary>
    public const int MaxLength = 64;

    /// <summary>The longest name that a store takes for a series, study or instance: hashed UIDs may be longer than UIDs.</summary>
    public const int MaxNameLength = 200;

    private static readonly SearchValues<char> NameCharacters =
        SearchValues.Create("0123456789.ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_-");

    /// <summary>Whether a text is a UID by PS3.5 section 9.1: up to 64 digits and dots, no component empty or with a leading zero.</summary>
    /// <param name="text">The text, without padding.</param>
    /// <returns><see langword="true"/> when it is.</returns>
    public static bool IsValid([NotNullWhen(true)] string? text)
    {
        if (text is not { Length: > 0 and <= MaxLength })
        {
            return false;
        }

        foreach (Range range in text.AsSpan().Split('.'))
        {
            ReadOnlySpan<char> component = text.AsSpan()[range];
            if (component.IsEmpty || component.ContainsAnyExceptInRange('0', '9') || component is ['0', _, ..])
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>
    /// Whether a text may name a series, study or instance in a store. Wider than <see cref="IsValid"/>, because files hold
    /// illegal UIDs and hashes may have letters, but never more than one harmless part of a path: ASCII letters, digits,
    /// dots, hyphens and underscores, not a dot at the beginning.
    /// </summary>
    /// <param name="text">The text, without padding.</param>
    /// <returns><see langword="true"/> when it may.</returns>
    public static bool IsSafeName([NotNullWhen(true)] string? text) =>
        text is { Length: > 0 and <= MaxNameLength } && text[0] != '.' && !text.AsSpan().ContainsAnyExcept(NameCharacters);
}
