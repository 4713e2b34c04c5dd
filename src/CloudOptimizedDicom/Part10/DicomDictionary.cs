using System.Diagnostics.CodeAnalysis;
using CloudOptimizedDicom.Part10.Dictionary;

namespace CloudOptimizedDicom.Part10;

/// <summary>
/// The standard's data dictionary (PS3.6, and PS3.7 for commands). It is loaded at the first look-up. All members may be
/// called from any thread.
/// </summary>
public static class DicomDictionary
{
    /// <summary>Looks up a public element, be it of a repeating group, a group length or retired.</summary>
    /// <param name="tag">The tag; private ones are never found.</param>
    /// <param name="entry">The entry, when the result is <see langword="true"/>.</param>
    /// <returns>Whether the standard knows the element.</returns>
    public static bool TryGet(DicomTag tag, [NotNullWhen(true)] out DicomDictionaryEntry? entry)
    {
        entry = PublicDictionary.Instance.Find(tag);
        return entry is not null;
    }

    /// <summary>Looks up a keyword.</summary>
    /// <param name="keyword">The keyword, in any case.</param>
    /// <param name="tag">
    /// The tag, when the result is <see langword="true"/>; for a keyword of a repeating group the first, such as
    /// (6000,3000) for <c>OverlayData</c>.
    /// </param>
    /// <returns>Whether the standard knows the keyword. The retired ones whose element numbers repeat are not found.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="keyword"/> is <see langword="null"/>.</exception>
    public static bool TryGetByKeyword(string keyword, out DicomTag tag)
    {
        ArgumentNullException.ThrowIfNull(keyword);
        return PublicDictionary.Instance.TryFindKeyword(keyword, out tag);
    }

    /// <summary>The keyword of a public element.</summary>
    /// <param name="tag">The tag.</param>
    /// <returns>Such as <c>PatientName</c>; <see langword="null"/> when the standard gives none.</returns>
    public static string? GetKeyword(DicomTag tag) =>
        TryGet(tag, out DicomDictionaryEntry? entry) && entry.Keyword.Length > 0 ? entry.Keyword : null;

    /// <summary>The representation of a public element.</summary>
    internal static DictionaryVr FindVr(DicomTag tag) => PublicDictionary.Instance.FindVr(tag);

    /// <summary>The representation of a private element.</summary>
    /// <param name="tag">The tag as it is in the data set, with its block number.</param>
    /// <param name="creator">The value that reserved the block, without padding; the case counts.</param>
    internal static DictionaryVr FindPrivateVr(DicomTag tag, string creator) =>
        tag.IsPrivateCreator ? (DictionaryVr)DicomVr.LO : PrivateDictionary.Instance.FindVr(tag, creator);
}
