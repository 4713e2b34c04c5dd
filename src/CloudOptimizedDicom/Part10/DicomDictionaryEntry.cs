using CloudOptimizedDicom.Part10.Dictionary;

namespace CloudOptimizedDicom.Part10;

/// <summary>What the standard's data dictionary says of an element (PS3.6 sections 6 to 8, PS3.7 annex E). Immutable.</summary>
public sealed class DicomDictionaryEntry
{
    internal DicomDictionaryEntry(DicomTag tag, DictionaryVr vr, string valueMultiplicity, bool isRetired, string keyword, string name)
    {
        Tag = tag;
        Vrs = vr.ToChoices();
        ValueMultiplicity = valueMultiplicity;
        IsRetired = isRetired;
        Keyword = keyword;
        Name = name;
    }

    /// <summary>The tag that was asked for, also where the dictionary describes a repeating group.</summary>
    public DicomTag Tag { get; }

    /// <summary>The first of <see cref="Vrs"/>; <see cref="DicomVr.None"/> for items and delimiters.</summary>
    public DicomVr Vr => Vrs.Count > 0 ? Vrs[0] : DicomVr.None;

    /// <summary>
    /// The value representations that the standard allows: one for most elements, two or three where other elements
    /// decide (US or SS, OB or OW), none for items and delimiters.
    /// </summary>
    public IReadOnlyList<DicomVr> Vrs { get; }

    /// <summary>How many values there may be, as the standard writes it, such as <c>1</c>, <c>2-n</c> or <c>3-3n</c>.</summary>
    public string ValueMultiplicity { get; }

    /// <summary>Whether the standard no longer defines the element.</summary>
    public bool IsRetired { get; }

    /// <summary>The name in one word, such as <c>PatientName</c>; empty for group lengths and elements that lost their name.</summary>
    public string Keyword { get; }

    /// <summary>The name, such as <c>Patient's Name</c>; empty for a few retired elements.</summary>
    public string Name { get; }
}
