namespace CloudOptimizedDicom.Part10.Dictionary;

/// <summary>
/// What a dictionary says of an element's value representation: one of <see cref="DicomVr"/>, with its number, or a
/// choice that other elements decide. The numbers of choices are the two lower-case letters that the data files use.
/// </summary>
internal enum DictionaryVr : ushort
{
    /// <summary>The element is not in the dictionary, or is an item or delimiter and has none.</summary>
    None = 0,

    /// <summary>US or SS, by Pixel Representation (0028,0103).</summary>
    UsOrSs = 'x' | ('s' << 8),

    /// <summary>OB or OW, by transfer syntax and Bits Allocated.</summary>
    ObOrOw = 'o' | ('x' << 8),

    /// <summary>US or OW, by the length of a look-up table.</summary>
    UsOrOw = 'x' | ('w' << 8),

    /// <summary>US, SS or OW: LUT Data.</summary>
    UsOrSsOrOw = 'l' | ('t' << 8),
}
